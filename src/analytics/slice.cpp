#include "analytics/slice.hpp"

#include <algorithm>

namespace weir::analytics {

namespace {

// Name and value, with what the map keeps beside them.
constexpr std::size_t node_bytes = 96;

// The value under this name, or under the one that all share once there are `most`.
template <class Map, class Name>
auto& bounded(Map& map, const Name& name, const typename Map::key_type& other, std::size_t most) {
  auto found = map.find(name);
  if (found == map.end() && map.size() >= most) found = map.find(other);
  if (found == map.end()) {
    found = map.size() >= most ? map.try_emplace(other).first : map.try_emplace(typename Map::key_type(name)).first;
  }
  return found->second;
}

void merge_into(HeavyHitters& into, const HeavyHitters& from, std::size_t slots) {
  if (from.empty()) return;
  into.hold_to(slots);
  into.merge(from);
}

void add_to(std::vector<Point>& points, Millis t, const Counts& counts) {
  auto at = points.end();
  if (!points.empty() && points.back().t >= t) at = std::ranges::lower_bound(points, t, {}, &Point::t);
  if (at == points.end() || at->t != t) at = points.insert(at, Point{.t = t, .counts = {}});
  at->counts += counts;
}

}  // namespace

LimitPart& Slice::limit(std::string_view name) { return bounded(limits, name, other_name, most_limits); }

Tokens& Slice::model(const ModelName& name) {
  return bounded(models, name, ModelName{.upstream = name.upstream, .model = other_name}, most_models);
}

std::int64_t& Slice::lambda(const LambdaName& name) {
  return bounded(lambdas, name, LambdaName{.function = other_name, .outcome = name.outcome, .reason = {}},
                 most_functions);
}

void Slice::add_point(std::string_view name, Millis t, const Counts& counts) { add_to(limit(name).points, t, counts); }

void Slice::add(const Slice& other, std::size_t slots, Millis width) {
  for (const auto& [name, part] : other.limits) {
    LimitPart& own = limit(name);
    for (const Point& point : part.points) add_to(own.points, start_of(point.t, width), point.counts);
    for (std::size_t by = 0; by < rankings; ++by) merge_into(own.tops[by], part.tops[by], slots);
  }
  for (const auto& [name, tokens] : other.models) model(name) += tokens;
  for (std::size_t kind = 0; kind < kinds; ++kind) merge_into(keys[kind], other.keys[kind], slots);
  for (const auto& [name, count] : other.lambdas) lambda(name) += count;
}

void Slice::keep(std::size_t most) {
  const auto cut = [most](HeavyHitters& one) {
    if (!one.empty()) one.keep(most);
  };
  for (auto& [name, part] : limits) {
    std::ranges::for_each(part.tops, cut);
    part.points.shrink_to_fit();
  }
  std::ranges::for_each(keys, cut);
}

void Slice::hold_to(std::size_t slots) {
  const auto hold = [slots](HeavyHitters& one) { one.hold_to(slots); };
  for (auto& [name, part] : limits) std::ranges::for_each(part.tops, hold);
  std::ranges::for_each(keys, hold);
}

std::size_t Slice::bytes() const {
  std::size_t sum = sizeof(Slice) + (models.size() + lambdas.size()) * (node_bytes + sizeof(Tokens));
  for (const auto& [name, part] : limits) {
    sum += node_bytes + sizeof(LimitPart) + part.points.capacity() * sizeof(Point);
    for (const HeavyHitters& top : part.tops) sum += top.bytes();
  }
  for (const HeavyHitters& key : keys) sum += key.bytes();
  return sum;
}

std::int64_t Slice::decisions() const {
  std::int64_t sum = 0;
  for (const auto& [name, part] : limits) {
    for (const Point& point : part.points) sum += point.counts.decisions();
  }
  return sum;
}

}  // namespace weir::analytics
