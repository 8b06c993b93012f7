// terms.hpp: a rule in @upstash/ratelimit's words.
#pragma once

#include <weir/rule.hpp>

#include <cstdint>
#include <string_view>

namespace weir::store::redis::upstash {

enum class Kind : std::uint8_t { fixed_window, sliding_window, token_bucket };
[[nodiscard]] std::string_view name_of(Kind kind);  // as scripts/upstash_*.lua call it

struct Terms {
  Kind kind = Kind::fixed_window;
  std::int64_t limit = 1;   // tokens, or maxTokens
  std::int64_t window = 1;  // ms: the window, or a bucket's interval
  std::int64_t refill = 1;  // refillRate: tokens an interval brings
  bool by_request = false;  // windows that several regions keep: what is left of the previous one is not rounded
  friend bool operator==(const Terms&, const Terms&) = default;
};

// The time a counter lives in ms, from its first unit on. A bucket's depends on what it lacks.
[[nodiscard]] std::int64_t counter_ttl(const Terms& terms);

// Throws std::invalid_argument with a sentence when the package has no such limit, or none over several regions.
[[nodiscard]] Terms terms_of(const Rule& rule, bool regions = false);

}  // namespace weir::store::redis::upstash
