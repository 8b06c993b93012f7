// number.hpp: a count of tokens out of the digits that a provider wrote.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::usage::json {

// No call costs more: contexts hold some millions. What claims to is a mistake, and believing it would lock its user
// out.
inline constexpr std::uint64_t max_count = 1'000'000'000;

// "12", "12.0" and "1.2e1" are 12. Nothing for a negative number, a fraction, more than max_count, or no number at all.
[[nodiscard]] inline std::optional<std::uint64_t> count_of(std::string_view digits) noexcept {
  const char* const end = digits.data() + digits.size();
  const char first = digits.empty() ? '\0' : digits.front();
  if (first != '-' && (first < '0' || first > '9')) return std::nullopt;
  std::uint64_t whole = 0;
  if (const auto [rest, error] = std::from_chars(digits.data(), end, whole); rest == end) {
    return error == std::errc{} && whole <= max_count ? std::optional(whole) : std::nullopt;
  }
  double number = 0;
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || rest != end || number < 0 || number > static_cast<double>(max_count) ||
      std::floor(number) != number) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(number);
}

}  // namespace weir::usage::json
