# doors.cmake: fails when a file of src/ROOM includes a room that is not among ALLOWED (comma separated).
# Run as: cmake -DROOM=store -DALLOWED=limits -DSOURCE=src -P doors.cmake

cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" ALLOWED "${ALLOWED}")
file(GLOB_RECURSE files ${SOURCE}/${ROOM}/*.hpp ${SOURCE}/${ROOM}/*.cpp)
set(wrong "")
foreach(file ${files})
  file(STRINGS ${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]+\"[a-z_]+/")
  foreach(line ${includes})
    string(REGEX REPLACE ".*include[ \t]+\"([a-z_]+)/.*" "\\1" used "${line}")
    if(NOT used STREQUAL ROOM AND NOT used IN_LIST ALLOWED AND EXISTS ${SOURCE}/${used})
      string(APPEND wrong "\n  ${file}: ${line}\n    room '${ROOM}' may enter only: ${ALLOWED}")
    endif()
  endforeach()
endforeach()
if(wrong)
  message(FATAL_ERROR "a wrong door:${wrong}")
endif()
