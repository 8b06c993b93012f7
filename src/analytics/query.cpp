#include "analytics/query.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace weir::analytics {

namespace {

// Rankings of several slices, added up. What one of them does not find may have been counted there as often as its
// error says.
struct Sum {
  std::unordered_map<std::string, std::int64_t> counts;
  std::int64_t error = 0;

  void add(const HeavyHitters& ranking) {
    error += ranking.error();
    ranking.each([&](std::uint64_t, std::string_view key, std::int64_t count) { counts[std::string(key)] += count; });
  }
};

template <class Row>
void cut(std::vector<Row>& rows, std::size_t most) {
  if (rows.size() > most) rows.resize(most);
}

template <class Name>
std::vector<TokenRow> rows_of(const std::map<Name, Tokens>& sums) {
  std::vector<TokenRow> rows;
  for (const auto& [name, sum] : sums) rows.push_back({.name = name, .tokens = sum});
  std::ranges::sort(rows, [](const TokenRow& one, const TokenRow& other) {
    const auto total = [](const TokenRow& row) { return row.tokens[Kind::input] + row.tokens[Kind::output]; };
    return total(one) != total(other) ? total(one) > total(other) : one.name < other.name;
  });
  return rows;
}

}  // namespace

std::size_t steps_of(Millis from, Millis to, Millis step) {
  const Millis begin = start_of(from, step);
  return to <= begin ? 0 : static_cast<std::size_t>((to - begin - 1) / step + 1);
}

Usage usage(SeenSlices slices, std::span<const std::string> limits, Millis from, Millis to, Millis step) {
  Usage found{.begin = start_of(from, step), .step = step, .series = {}};
  const std::size_t steps = steps_of(from, to, step);
  for (const std::string& name : limits) found.series[name].resize(steps);
  for (const Seen& seen : slices) {
    for (auto& [name, series] : found.series) {
      const auto part = seen.slice->limits.find(name);
      if (part == seen.slice->limits.end()) continue;
      for (const Point& point : part->second.points) {
        if (point.t < found.begin || point.t >= to) continue;
        series[static_cast<std::size_t>((point.t - found.begin) / step)] += point.counts;
      }
    }
  }
  return found;
}

std::vector<Ranked> top(SeenSlices slices, By by, std::string_view limit, std::size_t n) {
  std::map<std::string_view, Sum> sums;
  for (const Seen& seen : slices) {
    for (const auto& [name, part] : seen.slice->limits) {
      if (!limit.empty() && name != limit) continue;
      if (!part.top(by).empty()) sums[name].add(part.top(by));
    }
  }
  std::vector<Ranked> ranked;
  for (auto& [name, sum] : sums) {
    for (const auto& [key, count] : sum.counts) {
      ranked.push_back({.limit = std::string(name), .key = key, .count = count + sum.error, .error = sum.error});
    }
  }
  std::ranges::sort(ranked, [](const Ranked& one, const Ranked& other) {
    return std::tie(other.count, one.limit, one.key) < std::tie(one.count, other.limit, other.key);
  });
  cut(ranked, n);
  return ranked;
}

std::vector<TokenRow> tokens(SeenSlices slices, TokensBy by, std::size_t most) {
  std::map<std::string, Tokens> sums;
  if (by != TokensBy::key) {
    for (const Seen& seen : slices) {
      for (const auto& [name, sum] : seen.slice->models) {
        sums[by == TokensBy::model ? name.model : name.upstream] += sum;
      }
    }
    return rows_of(sums);
  }
  for (const Seen& seen : slices) {
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      seen.slice->keys[kind].each([&](std::uint64_t, std::string_view key, std::int64_t count) {
        Tokens& sum = sums[std::string(key)];
        sum.of[kind] += count;
        if (static_cast<Kind>(kind) == Kind::cost) sum.priced = 1;
      });
    }
  }
  std::vector<TokenRow> rows = rows_of(sums);
  cut(rows, most);
  return rows;
}

std::vector<LambdaRow> lambdas(SeenSlices slices) {
  std::map<LambdaName, std::int64_t> sums;
  for (const Seen& seen : slices) {
    for (const auto& [name, count] : seen.slice->lambdas) sums[name] += count;
  }
  std::vector<LambdaRow> rows;
  for (const auto& [name, count] : sums) rows.push_back({.name = name, .count = count});
  std::ranges::sort(rows, [](const LambdaRow& one, const LambdaRow& other) {
    return std::tie(other.count, one.name) < std::tie(one.count, other.name);
  });
  return rows;
}

}  // namespace weir::analytics
