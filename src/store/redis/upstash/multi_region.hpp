// multi_region.hpp: a limit that several regions keep, each on a Redis of its own, as @upstash/ratelimit does it: a
// window is a set of request ids with their rates, so that regions can be brought together by giving each the ids it
// lacks. Pure functions: who sends what, and when, is somebody else's.
//
//   every region:  region_call -> read_region
//   the first answer decides:  region_verdict
//   when all have answered or are given up:  reconcile -> repair_calls, a region each
//
// What differs from the package: ids keep the rates they came with; a region that is down holds up nobody else's
// repair; a refused call is taken out again where it was admitted.
#pragma once

#include "limits/verdict.hpp"
#include "store/redis/layout/script.hpp"
#include "store/redis/resp/value.hpp"
#include "store/redis/upstash/space.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis::upstash {

// 16 of A-Z a-z 0-9, as the package draws them, out of 128 random bits.
[[nodiscard]] std::string request_id(std::uint64_t high, std::uint64_t low);

using Rates = std::map<std::string, std::int64_t>;  // by request id

// What a region said: whether it admitted the call, what it wrote under its id, and what it knew before.
struct RegionAnswer {
  bool taken = false;
  std::int64_t written = 0;  // 0: nothing
  Rates current{};
  Rates previous{};
};

// The space must be of a fixed or a sliding window.
[[nodiscard]] ScriptCall region_call(const UpstashSpace& space, Key key, std::string_view id, std::int64_t cost,
                                     Instant now);
[[nodiscard]] std::optional<RegionAnswer> read_region(const Value& reply);  // none: it is not that script's

// `remaining` is never below 0, and is the true rest on a refusal.
[[nodiscard]] limits::Verdict region_verdict(const Terms& terms, const RegionAnswer& answer, std::int64_t cost,
                                             Instant now);

// What one region needs to know as much as all of them together.
struct RegionRepair {
  Rates missing{};
  bool forget_own = false;  // it admitted what the first answer refused
  [[nodiscard]] bool empty() const { return missing.empty() && !forget_own; }
};

// One a region, in order. A region that did not answer (none) needs what a later call will find missing. `allowed`: as
// the first answer had it.
[[nodiscard]] std::vector<RegionRepair> reconcile(std::span<const std::optional<RegionAnswer>> answers,
                                                  std::string_view own_id, bool allowed);

// None when there is nothing to repair; several when many ids are missing.
[[nodiscard]] std::vector<ScriptCall> repair_calls(const UpstashSpace& space, Key key, std::string_view own_id,
                                                   const RegionRepair& repair, Instant now);

}  // namespace weir::store::redis::upstash
