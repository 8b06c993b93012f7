// limit_rules.cpp: rate, algorithm, burst, anchor and cost held against each other.
#include "config/algorithm_word.hpp"
#include "config/limit_draft.hpp"

namespace weir::config {
namespace {

bool is_calendar(const Period& period) { return period.kind() != Period::Kind::fixed; }
bool has_bucket(Algorithm algorithm) {
  return algorithm == Algorithm::token_bucket || algorithm == Algorithm::interval_bucket ||
         algorithm == Algorithm::gcra;
}
bool has_windows(Algorithm algorithm) {
  return algorithm == Algorithm::fixed_window || algorithm == Algorithm::sliding_window;
}
bool can_be_anchored(const Period& period) {
  return is_calendar(period) || period.length() % std::chrono::days(1) == std::chrono::nanoseconds::zero();
}

// The rule of one rate of a limit. Nothing after an error has been added.
std::optional<Rule> make_rule(Reading& reading, const LimitDraft& draft, const Given<Rate>& given) {
  if (!given.value) return std::nullopt;
  const Rate& rate = *given.value;
  if (rate.kind == Rate::Kind::unlimited) return unlimited();
  const std::optional<Algorithm> chosen = draft.algorithm.value;
  if (rate.kind == Rate::Kind::bare) {
    if (chosen == Algorithm::concurrency) return concurrency(rate.count);
    add_refusal(reading, given.field, {.expected = "a rate like 100/1m (a bare number is for algorithm: concurrency)"});
    return std::nullopt;
  }
  const Algorithm algorithm =
      chosen.value_or(is_calendar(rate.period) ? Algorithm::fixed_window : Algorithm::sliding_window);
  if (algorithm == Algorithm::concurrency) {
    add_refusal(reading, given.field, {.expected = "a bare number like 10 (concurrency counts what is held at once)"});
    return std::nullopt;
  }
  if (is_calendar(rate.period) && algorithm != Algorithm::fixed_window) {
    reading.errors.add(given.field.spot, "a rate by month or year cannot be counted by " +
                                             std::string(algorithm_word(algorithm)) +
                                             "; remove 'algorithm' or set it to fixed_window");
    return std::nullopt;
  }
  if (algorithm == Algorithm::sliding_log && rate.count > max_log_count) {
    add_refusal(reading, given.field,
                {.expected = "a rate of at most 10000 with sliding_log, which keeps the time of every call",
                 .hint = "use sliding_window"});
    return std::nullopt;
  }
  Rule rule{.algorithm = algorithm, .count = rate.count, .period = rate.period};
  const bool whole_intervals = draft.store != nullptr && draft.store->layout == Store::Layout::upstash;
  if (algorithm == Algorithm::token_bucket && whole_intervals) rule.algorithm = Algorithm::interval_bucket;
  if (has_bucket(algorithm)) rule.burst = draft.burst.value.value_or(0);
  if (has_windows(algorithm) && can_be_anchored(rate.period)) rule.anchor = draft.anchor.value;
  if (const auto valid = validate(rule); !valid) {
    reading.errors.add(given.field.spot, valid.error());
    return std::nullopt;
  }
  return rule;
}

// Options that need a certain algorithm say so when they are without it.
void check_effects(Reading& reading, const LimitDraft& draft, const Rule& rule) {
  const bool only_unlimited = rule.algorithm == Algorithm::unlimited && draft.overrides.empty();
  const Algorithm algorithm = rule.algorithm == Algorithm::unlimited
                                  ? draft.algorithm.value.value_or(Algorithm::sliding_window)
                                  : rule.algorithm;
  if (draft.burst.value && (only_unlimited || !has_bucket(algorithm))) {
    const std::string with = only_unlimited ? "an unlimited rate" : std::string(algorithm_word(algorithm));
    reading.errors.add(
        draft.burst.field.key_spot,
        "'burst' has no effect with " + with + "; remove it, or use token_bucket or gcra with a rate like 100/1m");
  }
  if (draft.charge && (only_unlimited || algorithm == Algorithm::concurrency)) {
    reading.errors.add(draft.charge->key_spot,
                       only_unlimited ? "'charge' has no effect with an unlimited rate; remove it"
                                      : "'charge' has no effect with concurrency, which always gives back what it "
                                        "holds when the answer ends; remove it");
  }
  if (draft.wait && (only_unlimited || algorithm == Algorithm::concurrency)) {
    reading.errors.add(draft.wait->key_spot,
                       only_unlimited ? "'wait' has no effect with an unlimited rate; remove it"
                                      : "'wait' has no effect with concurrency, which cannot tell when a place will be "
                                        "free; remove it");
  }
  if (!draft.anchor.value) return;
  if (only_unlimited || !has_windows(algorithm)) {
    const std::string with = only_unlimited ? "an unlimited rate" : std::string(algorithm_word(algorithm));
    reading.errors.add(draft.anchor.field.key_spot,
                       "'anchor' has no effect with " + with + "; remove it, or use fixed_window or sliding_window");
  } else if (rule.algorithm != Algorithm::unlimited && !can_be_anchored(rule.period)) {
    reading.errors.add(draft.anchor.field.key_spot,
                       "'anchor' needs a rate by whole days, weeks, months or years; remove it, or change the rate");
  }
}

void check_cost(Reading& reading, const LimitDraft& draft, const Rule& rule) {
  if (!draft.cost_spot || rule.algorithm == Algorithm::unlimited) return;
  const std::int64_t capacity = rule.burst > 0 ? rule.burst : rule.count;
  if (draft.limit.cost <= capacity) return;
  reading.errors.add(*draft.cost_spot, "a call that costs " + shown(draft.limit.cost) + " never fits into a limit of " +
                                           shown(capacity) + "; lower 'cost', or raise the limit");
}

}  // namespace

void make_rules(Reading& reading, LimitDraft& draft) {
  if (draft.algorithm_unreadable) return;
  if (draft.rate.value) {
    if (const auto rule = make_rule(reading, draft, draft.rate)) {
      draft.limit.rule = *rule;
      check_effects(reading, draft, *rule);
      check_cost(reading, draft, *rule);
    }
  }
  for (const OverrideDraft& override : draft.overrides) {
    if (const auto rule = make_rule(reading, draft, override.rate)) {
      draft.limit.overrides.emplace_back(override.pattern, *rule);
    }
  }
}

}  // namespace weir::config
