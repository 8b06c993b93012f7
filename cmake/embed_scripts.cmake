# embed_scripts.cmake: turns a folder of .lua files into one C++ file that holds their texts by name.
# Run as: cmake -DFOLDER=scripts -DOUTPUT=scripts.cpp -P embed_scripts.cmake
cmake_minimum_required(VERSION 3.25)
file(GLOB scripts ${FOLDER}/*.lua)
list(SORT scripts)
set(entries "")
foreach(script ${scripts})
  cmake_path(GET script STEM name)
  file(READ ${script} text)
  if(text MATCHES "\\)LUA\"")
    message(FATAL_ERROR "${script} holds the delimiter )LUA\" of a raw string")
  endif()
  string(APPEND entries "    {\"${name}\", R\"LUA(${text})LUA\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
#include "store/redis/layout/script_text.hpp"

#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::store::redis {
namespace {

constexpr auto scripts = std::to_array<std::pair<std::string_view, std::string_view>>({
@entries@});

}  // namespace

std::string_view script_text(std::string_view name) {
  for (const auto& [own, text] : scripts) {
    if (own == name) return text;
  }
  throw std::logic_error("there is no script " + std::string(name));
}

}  // namespace weir::store::redis
]])
