// query.hpp: who used what, when: answers out of slices, whoever counted them. Pure functions.
#pragma once

#include "analytics/recorder.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::analytics {

// Of each of `limits`, one Counts for each step of begin <= t < to: begin is the start of the step that `from` lies in.
struct Usage {
  Millis begin = 0;
  Millis step = 0;
  std::map<std::string, std::vector<Counts>, std::less<>> series;
};
// How many steps that are.
[[nodiscard]] std::size_t steps_of(Millis from, Millis to, Millis step);
[[nodiscard]] Usage usage(SeenSlices slices, std::span<const std::string> limits, Millis from, Millis to, Millis step);

// The true count lies within count - error and count.
struct Ranked {
  std::string limit;
  std::string key;
  std::int64_t count = 0;
  std::int64_t error = 0;
};
// The `n` keys with the largest counts, of one limit or of all (empty). Those slices count that have a part in the time
// asked for.
[[nodiscard]] std::vector<Ranked> top(SeenSlices slices, By by, std::string_view limit, std::size_t n);

struct TokenRow {
  std::string name;
  Tokens tokens;
};
enum class TokensBy : std::uint8_t { model, upstream, key };
// The largest first. By key: at most `most` rows, each kind's lower bound.
[[nodiscard]] std::vector<TokenRow> tokens(SeenSlices slices, TokensBy by, std::size_t most);

struct LambdaRow {
  LambdaName name;
  std::int64_t count = 0;
};
[[nodiscard]] std::vector<LambdaRow> lambdas(SeenSlices slices);  // the largest first

}  // namespace weir::analytics
