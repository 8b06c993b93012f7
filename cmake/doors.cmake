# doors.cmake: fails when a file of src/FOLDER, room ROOM, includes a room that is not among ALLOWED (comma separated).
# Run as: cmake -DROOM=store -DFOLDER=store -DALLOWED=limits -DSOURCE=src -P doors.cmake
#
# A room is a folder of src/, but for those that lie inside another one's:
set(inner_folders store/redis store/url)
set(inner_rooms redis store_url)

cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" ALLOWED "${ALLOWED}")

# The room of a path below src/.
function(room_of path result)
  foreach(folder room IN ZIP_LISTS inner_folders inner_rooms)
    if(path MATCHES "^${folder}/")
      set(${result} ${room} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  string(REGEX REPLACE "/.*" "" room "${path}")
  set(${result} ${room} PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE ${SOURCE} ${SOURCE}/${FOLDER}/*.hpp ${SOURCE}/${FOLDER}/*.cpp)
set(wrong "")
foreach(file ${files})
  room_of(${file} own)
  if(NOT own STREQUAL ROOM)
    continue()
  endif()
  file(STRINGS ${SOURCE}/${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]+\"[a-z_]+/")
  foreach(line ${includes})
    string(REGEX REPLACE ".*include[ \t]+\"([^\"]+)\".*" "\\1" path "${line}")
    room_of(${path} used)
    string(REGEX REPLACE "/.*" "" top "${path}")
    if(NOT used STREQUAL ROOM AND NOT used IN_LIST ALLOWED AND EXISTS ${SOURCE}/${top})
      string(APPEND wrong "\n  ${file}: ${line}\n    room '${ROOM}' may enter only: ${ALLOWED}")
    endif()
  endforeach()
endforeach()
if(wrong)
  message(FATAL_ERROR "a wrong door:${wrong}")
endif()
