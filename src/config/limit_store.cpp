// limit_store.cpp: a limit held against its store: what @upstash/ratelimit's layout has no keys for, and what a lease
// needs.
#include "config/algorithm_word.hpp"
#include "config/limit_draft.hpp"
#include "store/url/store_url.hpp"

#include <algorithm>

namespace weir::config {
namespace {

constexpr std::string_view in_upstash = "layout: upstash";
constexpr std::string_view no_calendar =
    "there are no rates by month or year with layout: upstash; use a rate like 100/30d, or layout: weir";

constexpr std::string_view no_bucket =
    "there is no token_bucket over several regions with layout: upstash; use fixed_window or sliding_window, or "
    "layout: weir";

bool is_calendar(const Rule& rule) { return rule.period.kind() != Period::Kind::fixed; }

bool is_cluster(const Store& store) {
  const auto url = store::parse_store_url(store.url.value);
  return url && url->kind == store::StoreUrl::Kind::cluster;
}

// Of one rate; `what` stands for the limit itself, or for an override of it.
void check_upstash_rule(Reading& reading, const LimitDraft& draft, const Rule& rule, const Field& rate) {
  const Spot spot = draft.algorithm.value ? draft.algorithm.field.spot : rate.spot;
  const std::string word(algorithm_word(rule.algorithm));
  switch (rule.algorithm) {
    case Algorithm::sliding_log:
    case Algorithm::gcra:
    case Algorithm::concurrency:
      reading.errors.add(spot, "there is no " + word + " with " + std::string(in_upstash) +
                                   "; use fixed_window, sliding_window or token_bucket, or layout: weir");
      return;
    case Algorithm::sliding_window:
      if (!is_cluster(*draft.store)) return;
      reading.errors.add(spot,
                         "sliding_window does not work on a Redis Cluster with layout: upstash, whose two keys lie in "
                         "two slots; use algorithm: fixed_window or token_bucket, or layout: weir");
      return;
    case Algorithm::fixed_window:
      if (is_calendar(rule)) reading.errors.add(rate.spot, std::string(no_calendar));
      return;
    case Algorithm::token_bucket:
    case Algorithm::interval_bucket:
      if (!draft.store->regions.empty()) reading.errors.add(spot, std::string(no_bucket));
      return;
    case Algorithm::unlimited:
      return;
  }
}

void check_upstash(Reading& reading, const LimitDraft& draft) {
  if (draft.rate.value) check_upstash_rule(reading, draft, draft.limit.rule, draft.rate.field);
  for (const OverrideDraft& override : draft.overrides) {
    if (!override.rate.value || override.rate.value->period.kind() == Period::Kind::fixed) continue;
    reading.errors.add(override.rate.field.spot, std::string(no_calendar));
  }
  if (draft.charge) {
    reading.errors.add(draft.charge->key_spot,
                       "'charge' needs reservations, which layout: upstash does not have; remove it, or use layout: "
                       "weir");
  }
  if (draft.unit) {
    reading.errors.add(draft.unit->key_spot,
                       "tokens are held and settled by reservations, which layout: upstash does not have; remove "
                       "'unit', or use layout: weir");
  }
  if (draft.anchor.value) {
    reading.errors.add(draft.anchor.field.key_spot,
                       "'anchor' has no effect with layout: upstash, whose windows start at the Unix epoch; remove it, "
                       "or use layout: weir");
  }
}

void check_lease(Reading& reading, const LimitDraft& draft) {
  const auto refuse = [&](const std::string& why) {
    reading.errors.add(draft.lease->spot, "'mode: lease' has no effect with " + why + "; remove it");
  };
  if (draft.store->is_memory()) return refuse("the memory store, which is asked at once");
  if (draft.store->layout == Store::Layout::upstash) return refuse(std::string(in_upstash));
  if (!draft.store->regions.empty()) return refuse("several regions, which are all asked every time");
  switch (draft.limit.rule.algorithm) {
    case Algorithm::sliding_log:
      return refuse("sliding_log, which keeps the time of every call");
    case Algorithm::concurrency:
      return refuse("concurrency, which counts what is held at once");
    case Algorithm::unlimited:
      if (draft.overrides.empty()) refuse("an unlimited rate");
      return;
    default:
      if (draft.limit.rule.period.kind() != Period::Kind::fixed) refuse("windows of the calendar");
      return;
  }
}

void check_cached(Reading& reading, const LimitDraft& draft) {
  const auto refuse = [&](const std::string& why) {
    reading.errors.add(draft.cached->spot, "'mode: cached' has no effect with " + why);
  };
  if (draft.store->is_memory()) return refuse("the memory store, which is asked at once; remove it");
  if (draft.store->layout != Store::Layout::upstash) {
    return refuse("layout: weir; use mode: lease, which never grants more than the limit, or layout: upstash");
  }
  if (!draft.store->regions.empty()) return refuse("several regions, which are all asked every time");
  const Algorithm algorithm = draft.limit.rule.algorithm;
  if (algorithm == Algorithm::unlimited) {
    if (draft.overrides.empty()) refuse("an unlimited rate; remove it");
    return;
  }
  if (algorithm == Algorithm::fixed_window) return;
  refuse(std::string(algorithm_word(algorithm)) + ", which is decided in Redis; use algorithm: fixed_window");
}

}  // namespace

void check_store(Reading& reading, const LimitDraft& draft) {
  if (draft.store == nullptr || draft.algorithm_unreadable) return;
  if (draft.store->layout == Store::Layout::upstash) check_upstash(reading, draft);
  if (draft.lease) check_lease(reading, draft);
  if (draft.cached && draft.rate.value) check_cached(reading, draft);
}

}  // namespace weir::config
