#include "store/redis/upstash/space.hpp"

#include "store/redis/upstash/decide.hpp"
#include "store/redis/upstash/keys.hpp"

namespace weir::store::redis::upstash {

std::vector<std::string> state_keys(const UpstashSpace& space, std::string_view identifier, Instant now) {
  const Terms& terms = space.terms();
  if (terms.kind == Kind::token_bucket) return {bucket_key(space.prefix(), identifier)};
  const std::string key = key_of(space.prefix(), identifier);
  const std::int64_t window = window_of(terms, now);
  if (terms.kind == Kind::fixed_window) return {window_key(key, window)};
  return {window_key(key, window), window_key(key, window - 1)};
}

std::vector<std::string> all_state_keys(const UpstashSpace& space, std::string_view identifier, Instant now) {
  const Terms& terms = space.terms();
  if (terms.kind == Kind::token_bucket) return {bucket_key(space.prefix(), identifier)};
  const std::string key = key_of(space.prefix(), identifier);
  const std::int64_t window = window_of(terms, now);
  return {window_key(key, window - 1), window_key(key, window), window_key(key, window + 1)};
}

}  // namespace weir::store::redis::upstash
