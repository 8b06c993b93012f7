// encoders.hpp: what servers do to bodies.
#pragma once

#include <string>
#include <string_view>

namespace weir::usage {

enum class Head { gzip, zlib, none };

std::string deflated(std::string_view text, Head head);
// `window` is the base-2 logarithm of its size.
std::string brotli(std::string_view text, int window = 22);
std::string zstandard(std::string_view text, int window = 21);

}  // namespace weir::usage
