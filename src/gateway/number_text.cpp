#include "gateway/number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace weir::gateway {

std::string_view number_text(double number, std::pmr::memory_resource& memory) {
  constexpr std::size_t longest = 32;  // -2.2250738585072014e-308 has 24
  constexpr double exact = 9007199254740992.0;
  char* const text = static_cast<char*>(memory.allocate(longest, 1));
  const bool whole = std::abs(number) <= exact && std::trunc(number) == number;
  const auto end = whole ? std::to_chars(text, text + longest, static_cast<std::int64_t>(number)).ptr
                         : std::to_chars(text, text + longest, number).ptr;
  return {text, static_cast<std::size_t>(end - text)};
}

}  // namespace weir::gateway
