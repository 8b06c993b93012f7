#include "store/redis/upstash/terms.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

namespace weir::store::redis::upstash {
namespace {

using std::chrono::milliseconds;

[[noreturn]] void refuse(const std::string& sentence) { throw std::invalid_argument("layout upstash " + sentence); }

Kind kind_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::fixed_window:
      return Kind::fixed_window;
    case Algorithm::sliding_window:
      return Kind::sliding_window;
    case Algorithm::token_bucket:  // here it refills in whole intervals, too
    case Algorithm::interval_bucket:
      return Kind::token_bucket;
    case Algorithm::sliding_log:
      refuse("has no sliding_log, use sliding_window or layout weir");
    case Algorithm::gcra:
      refuse("has no gcra, use token_bucket or layout weir");
    case Algorithm::concurrency:
      refuse("has no concurrency, use layout weir");
    case Algorithm::unlimited:
      break;
  }
  refuse("counts nothing without a limit, leave it out");
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::fixed_window:
      return "fixed_window";
    case Kind::sliding_window:
      return "sliding_window";
    case Kind::token_bucket:
      break;
  }
  return "token_bucket";
}

std::int64_t counter_ttl(const Terms& terms) {
  return terms.kind == Kind::sliding_window ? 2 * terms.window + 1000 : terms.window;
}

Terms terms_of(const Rule& rule, bool regions) {
  const Kind kind = kind_of(rule.algorithm);
  if (regions && kind == Kind::token_bucket) {
    refuse("has no token_bucket over several regions, use fixed_window, sliding_window or layout weir");
  }
  if (rule.period.kind() != Period::Kind::fixed) {
    refuse("has no months and years, use a period of fixed length or layout weir");
  }
  if (rule.anchor) refuse("has no anchor, its windows start at the Unix epoch; leave it out or use layout weir");
  const std::chrono::nanoseconds period = rule.period.length();
  if (period % milliseconds(1) != std::chrono::nanoseconds::zero() || period < milliseconds(1)) {
    refuse("counts in milliseconds, use a period of whole ones or layout weir");
  }
  const bool bursts = kind == Kind::token_bucket && rule.burst != 0;
  return {.kind = kind,
          .limit = bursts ? rule.burst : rule.count,
          .window = std::chrono::duration_cast<milliseconds>(period).count(),
          .refill = rule.count,
          .by_request = regions};
}

}  // namespace weir::store::redis::upstash
