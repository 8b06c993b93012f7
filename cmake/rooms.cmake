# rooms.cmake: a room is a folder below src/ and a static library weir_ROOM; USES names the rooms it may enter.
# COLD: nothing in it runs once a request; it is optimised for a short build.
# The doors are checked at every build (doors.cmake): an #include of a room not named in USES stops it.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)

function(weir_room name)
  cmake_parse_arguments(ROOM "COLD" "" "SOURCES;USES;LINKS" ${ARGN})
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${CMAKE_SOURCE_DIR}/src OUTPUT_VARIABLE folder)
  set(target weir_${name})
  if(ROOM_SOURCES)
    add_library(${target} STATIC ${ROOM_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  if(ROOM_COLD AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O1)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
  list(TRANSFORM ROOM_USES PREPEND weir_ OUTPUT_VARIABLE used)
  target_link_libraries(${target} ${scope} ${used} ${ROOM_LINKS})
  string(REPLACE ";" "," allowed "${ROOM_USES}")
  add_custom_target(
    ${target}_doors ALL
    COMMAND ${CMAKE_COMMAND} -DROOM=${name} -DFOLDER=${folder} -DALLOWED=${allowed} -DSOURCE=${CMAKE_SOURCE_DIR}/src -P
            ${CMAKE_SOURCE_DIR}/cmake/doors.cmake)
  add_dependencies(${target} ${target}_doors)
endfunction()
