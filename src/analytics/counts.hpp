// counts.hpp: what is counted: of decisions over a limit, and of tokens that models took.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir::analytics {

using Millis = std::int64_t;  // since the Unix epoch, or a length of time

// What became of a limit in one decision. A shadow limit that would have refused counts as allowed, and as shadowed.
enum class Outcome : std::uint8_t { allowed, limited, denied, shadowed };

struct Counts {
  std::int64_t allowed = 0;
  std::int64_t limited = 0;
  std::int64_t denied = 0;
  std::int64_t shadowed = 0;
  std::int64_t cost = 0;  // of what was charged; refunds subtract

  void count(Outcome outcome) noexcept {
    allowed += static_cast<std::int64_t>(outcome == Outcome::allowed || outcome == Outcome::shadowed);
    limited += static_cast<std::int64_t>(outcome == Outcome::limited);
    denied += static_cast<std::int64_t>(outcome == Outcome::denied);
    shadowed += static_cast<std::int64_t>(outcome == Outcome::shadowed);
  }
  Counts& operator+=(const Counts& other) noexcept {
    allowed += other.allowed;
    limited += other.limited;
    denied += other.denied;
    shadowed += other.shadowed;
    cost += other.cost;
    return *this;
  }
  [[nodiscard]] std::int64_t decisions() const noexcept { return allowed + limited + denied; }
  friend bool operator==(const Counts&, const Counts&) = default;
};

// Kinds of tokens, as the API names them. `input` holds cached_input and cache_write, `output` holds reasoning. `cost`
// is money in billionths of the currency's unit, of those calls whose model has a price.
enum class Kind : std::uint8_t { input, output, cached_input, cache_write, reasoning, cost };
inline constexpr std::size_t kinds = 6;

struct Tokens {
  std::array<std::int64_t, kinds> of{};
  std::int64_t priced = 0;  // calls whose model has a price

  [[nodiscard]] std::int64_t operator[](Kind kind) const noexcept { return of[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::int64_t& operator[](Kind kind) noexcept { return of[static_cast<std::size_t>(kind)]; }
  Tokens& operator+=(const Tokens& other) noexcept {
    for (std::size_t at = 0; at < kinds; ++at) of[at] += other.of[at];
    priced += other.priced;
    return *this;
  }
  friend bool operator==(const Tokens&, const Tokens&) = default;
};

// By what the keys of a limit are ranked.
enum class By : std::uint8_t { allowed, limited, denied, tokens };
inline constexpr std::size_t rankings = 4;

}  // namespace weir::analytics
