// checks.hpp: what a body asks of one limit or of several, {"limit","key",NUMBER} or {"checks":[...]}, and what is
// known of it before the limiters are asked: who is denied, and which limits do not apply.
#pragma once

#include "api/given_key.hpp"
#include "api/json_body.hpp"
#include "api/service.hpp"

#include <weir/decision.hpp>
#include <weir/limiter.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir::api {

struct GivenCheck {
  NamedLimit limit;
  GivenKey key;
  std::int64_t amount = 1;
};

struct GivenChecks {
  std::vector<GivenCheck> checks;
  bool as_list = false;
};

// `number` is `cost` or `amount`, at least `least`; a check without one takes the limit's own cost.
[[nodiscard]] Result<GivenChecks> read_checks(const Service& service, const Json& body, std::string_view number,
                                              std::int64_t least);

// 1 to 256 bytes: 422. Empty when there is none.
[[nodiscard]] Result<std::string_view> read_id(const Json& body);
inline constexpr std::size_t longest_id = 256;

// Whether the deny list that names no limit has a part of the key that says who comes: ip, header, cookie, query, jwt.
// A shadow limit denies nobody.
[[nodiscard]] bool is_denied(const Service& service, const NamedLimit& limit, const GivenKey& key);

// Of a limit for a key: what is left, without charging.
[[nodiscard]] Decision look(const Service& service, const NamedLimit& limit, const GivenKey& key);

// The checks that the limiters must decide; the others' decisions are written into `decisions`, one a check.
struct Sorted {
  std::vector<Check> asked;         // views into the GivenChecks
  std::vector<std::size_t> places;  // of those, among all
  bool denied = false;              // all is decided: nothing may be charged
};
[[nodiscard]] Sorted sort_out(const Service& service, std::span<const GivenCheck> checks,
                              std::span<Decision> decisions);

// Counts them in the limits' metrics and records them.
void count(const Service& service, std::span<const GivenCheck> checks, std::span<const Decision> decisions);

// The answer when it is no decision: 409 when the id was used for another call, 503 when the store is down and nobody
// is to be let through.
[[nodiscard]] Result<void> decided(std::span<const Decision> decisions);

}  // namespace weir::api
