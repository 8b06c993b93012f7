// hold.hpp: what a limit holds before a call, until the call's real count settles it.
#pragma once

#include "usage/price/charge.hpp"

#include <cstdint>
#include <optional>

namespace weir::usage {

// `reserve` of a limit: nothing, the most that the request allows, or a fixed amount in the limit's own unit.
struct Reserve {
  enum class Kind { off, max_tokens, fixed };
  Kind kind = Kind::max_tokens;
  std::int64_t amount = 0;             // fixed
  std::int64_t default_output = 1024;  // max_tokens: output tokens of a request that names no maximum
};

// What a request asks for, as far as it says.
struct Asked {
  std::uint64_t input = 0;                    // estimated
  std::optional<std::uint64_t> max_output{};  // of one answer
  std::uint64_t answers = 1;                  // `n`
};

struct Hold {
  std::int64_t amount = 0;
  bool impossible = false;  // more than the limit ever has: no waiting helps
  friend bool operator==(const Hold&, const Hold&) = default;
};

// Held are the prompt's estimate and the largest output times the number of answers, by the dearer of plain and
// reasoning tokens, so that a true maximum is never overrun by what the model thinks. An output that nobody asked for
// (`default_output`) shrinks to what `capacity` leaves beside the prompt: a default alone never makes a call
// impossible. `capacity`: the most that the limit ever has; nothing: unlimited.
[[nodiscard]] Hold hold(const Tariff& tariff, const Reserve& reserve, const Asked& asked,
                        std::optional<std::int64_t> capacity) noexcept;

}  // namespace weir::usage
