#include "store/redis/upstash/what_is_left.hpp"

#include "store/redis/upstash/decide.hpp"
#include "store/redis/upstash/keys.hpp"
#include "store/redis/upstash/space.hpp"

#include <algorithm>
#include <cstddef>

namespace weir::store::redis::upstash {
namespace {

const UpstashSpace& space_of(const Check& check) { return static_cast<const UpstashSpace&>(*check.space); }

}  // namespace

void say_what_is_left(const Call& call, Instant now, std::span<const Found> found, std::span<Verdict> verdicts) {
  for (std::size_t at = 0; at < call.checks.size(); ++at) {
    const UpstashSpace& space = space_of(call.checks[at]);
    const auto same = [&](const Check& other) {
      const UpstashSpace& its = space_of(other);
      return its.prefix() == space.prefix() && its.terms().kind == space.terms().kind &&
             its.terms().window == space.terms().window &&
             identifier_of(other.key) == identifier_of(call.checks[at].key);
    };
    const auto first = static_cast<std::size_t>(std::ranges::find_if(call.checks, same) - call.checks.begin());
    Terms terms = space.terms();
    terms.limit = found[at].limit;
    State state = found[first].state;
    const Verdict rest = take(terms, state, now, 0);
    verdicts[at].remaining = rest.remaining;
    verdicts[at].debt = rest.debt;
    verdicts[at].reset = rest.reset;
  }
}

}  // namespace weir::store::redis::upstash
