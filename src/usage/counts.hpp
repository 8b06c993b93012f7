// counts.hpp: tokens of one answer, in Weir's terms whoever counted them.
#pragma once

#include <cstdint>

namespace weir::usage {

// `input` holds cached_input and cache_write, `output` holds reasoning: those three are parts, not more. Of a provider
// that tells only a total, that total is `input`.
struct Counts {
  std::uint64_t input = 0;
  std::uint64_t output = 0;
  std::uint64_t cached_input = 0;
  std::uint64_t cache_write = 0;
  std::uint64_t reasoning = 0;

  [[nodiscard]] std::uint64_t total() const noexcept { return input + output; }
  friend bool operator==(const Counts&, const Counts&) = default;
};

}  // namespace weir::usage
