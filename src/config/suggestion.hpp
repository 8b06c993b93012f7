// suggestion.hpp: the word somebody probably meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weir::config {

// Insertions, deletions, changes and swaps of neighbours that turn `a` into `b` (optimal string alignment).
// O(a * b) time, O(b) space.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known` (the first of equals), letter case aside; empty when none is near enough to be what was meant.
// Looks at the first 1000 words and at words of at most 64 bytes, so that its cost is bounded.
[[nodiscard]] std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// `; did you mean 'algorithm'?`, or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace weir::config
