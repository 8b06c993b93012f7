#include "config/suggestion.hpp"

#include "config/characters.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weir::config {
namespace {

constexpr std::size_t longest_word = 64;
constexpr std::size_t most_words = 1000;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> above2(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(above2, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({changed, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], above2[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.empty() || word.size() > longest_word) return {};
  const std::string wanted = lower_case(word);
  std::string_view best;
  std::size_t best_distance = std::min<std::size_t>(3, (word.size() + 2) / 3) + 1;
  for (const std::string_view candidate : known.first(std::min(known.size(), most_words))) {
    const std::size_t longer = std::max(candidate.size(), word.size());
    if (longer > longest_word || longer - std::min(candidate.size(), word.size()) >= best_distance) continue;
    const std::size_t distance = edit_distance(wanted, lower_case(candidate));
    // A word of which nothing is left after the edits was not meant.
    if (distance < best_distance && distance < std::min(candidate.size(), word.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view meant = nearest(word, known);
  return meant.empty() ? std::string() : "; did you mean '" + std::string(meant) + "'?";
}

}  // namespace weir::config
