// by_model.hpp: a value for each model: prices, weights. The patterns are globs in the file's order.
//
// The exact name wins, then the first pattern that matches. What a glob is, whoever builds the table says (`Matches`):
// the project has one matcher, and it lives in a room that this one may not enter.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::usage {

using Matches = bool (*)(std::string_view pattern, std::string_view name) noexcept;

template <class Value>
class ByModel {
 public:
  ByModel() = default;
  ByModel(std::vector<std::pair<std::string, Value>> entries, Matches matches)
      : entries_(std::move(entries)), matches_(matches) {}

  // Nothing for a model that no pattern names. Two passes over the entries, no allocation.
  [[nodiscard]] const Value* find(std::string_view model) const noexcept {
    for (const auto& [pattern, value] : entries_) {
      if (pattern == model) return &value;
    }
    for (const auto& [pattern, value] : entries_) {
      if (matches_(pattern, model)) return &value;
    }
    return nullptr;
  }

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

 private:
  std::vector<std::pair<std::string, Value>> entries_;
  Matches matches_ = nullptr;
};

}  // namespace weir::usage
