// keys.cpp: what a key has left, and starting it or all of a limit's keys afresh.
#include "api/call.hpp"
#include "api/checks.hpp"
#include "api/decision_json.hpp"

#include <utility>

namespace weir::api {

Response remaining(const Call& call) {
  auto limit = limit_of(call);
  if (!limit) return std::move(limit.error());
  auto key = key_of(call, *limit);
  if (!key) return std::move(key.error());
  const Decision decision = look(call.service, *limit, *key);
  if (auto answered = decided({&decision, 1}); !answered) return std::move(answered.error());
  return json_response(200, decision_body({&decision, 1}, false));
}

Response reset_key(const Call& call) {
  auto limit = limit_of(call);
  if (!limit) return std::move(limit.error());
  auto key = key_of(call, *limit);
  if (!key) return std::move(key.error());
  return limit->limiter->reset(key->text) ? no_content() : store_is_down();
}

Response reset_limit(const Call& call) {
  auto limit = limit_of(call);
  if (!limit) return std::move(limit.error());
  return limit->limiter->reset_all() ? no_content() : store_is_down();
}

}  // namespace weir::api
