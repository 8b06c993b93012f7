// slice.hpp: what happened in one span of time. A plain value: slices of the same span add up, whoever counted them.
#pragma once

#include "analytics/counts.hpp"
#include "analytics/heavy_hitters.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir::analytics {

// Names are few and come from the configuration, but for models: those beyond a bound share one name.
inline constexpr std::size_t most_limits = 10'000;
inline constexpr std::size_t most_models = 500;  // of one slice, each behind one upstream
inline constexpr std::size_t most_functions = 2'000;
inline constexpr const char* other_name = "other";

// Decisions over one limit in one bucket.
struct Point {
  Millis t = 0;  // the bucket's start
  Counts counts;
  friend bool operator==(const Point&, const Point&) = default;
};

struct LimitPart {
  std::vector<Point> points;  // in order, each bucket once, those with traffic alone
  std::array<HeavyHitters, rankings> tops;

  [[nodiscard]] HeavyHitters& top(By by) { return tops[static_cast<std::size_t>(by)]; }
  [[nodiscard]] const HeavyHitters& top(By by) const { return tops[static_cast<std::size_t>(by)]; }
};

struct ModelName {
  std::string upstream;
  std::string model;
  friend auto operator<=>(const ModelName&, const ModelName&) = default;
};

// Of requests to a function. `reason` is empty but for throttles and sheds.
struct LambdaName {
  std::string function;
  std::string outcome;
  std::string reason;
  friend auto operator<=>(const LambdaName&, const LambdaName&) = default;
};

struct Slice {
  std::map<std::string, LimitPart, std::less<>> limits;
  std::map<ModelName, Tokens> models;
  std::array<HeavyHitters, kinds> keys;  // tokens by key, whichever limit counts it: one ranking a kind
  std::map<LambdaName, std::int64_t> lambdas;

  [[nodiscard]] bool empty() const { return limits.empty() && models.empty() && lambdas.empty(); }

  // `slots` is the bound of each ranking (HeavyHitters), `width` the length of the buckets: points go to the start of
  // theirs.
  void add(const Slice& other, std::size_t slots, Millis width);
  void add_point(std::string_view limit, Millis t, const Counts& counts);
  [[nodiscard]] LimitPart& limit(std::string_view name);
  [[nodiscard]] Tokens& model(const ModelName& name);
  [[nodiscard]] std::int64_t& lambda(const LambdaName& name);

  // As HeavyHitters has them, of each ranking.
  void keep(std::size_t most);
  void hold_to(std::size_t slots);
  // What it takes of memory, within a few parts in a hundred.
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::int64_t decisions() const;
};

// Start of the span of this length, counted from the epoch, that `t` lies in.
[[nodiscard]] constexpr Millis start_of(Millis t, Millis length) noexcept {
  const Millis into = t % length;
  return t - (into < 0 ? into + length : into);
}

}  // namespace weir::analytics
