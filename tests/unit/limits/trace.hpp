// trace.hpp: random calls held against a naive model, step by step.
//
// A failure prints the seed (WEIR_SEED repeats it), the rule, and the shortest trace found that still fails.
#pragma once

#include "limits/verdicts.hpp"
#include "limits/windows.hpp"
#include "random/chance.hpp"

#include <weir/rule.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace weir::limits {

struct Step {
  enum class Kind { take, charge, give_back } kind = Kind::take;
  Instant now{};
  std::int64_t amount = 0;
  Instant held_at{};  // of give_back
};

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  out << "  at " << step.now.time_since_epoch().count();
  switch (step.kind) {
    case Step::Kind::take:
      return out << " take " << step.amount;
    case Step::Kind::charge:
      return out << " charge " << step.amount;
    case Step::Kind::give_back:
      return out << " give back " << step.amount << " held at " << step.held_at.time_since_epoch().count();
  }
  return out;
}

inline std::string described(const Rule& rule) {
  return std::to_string(rule.count) + " / " + std::to_string(rule.period.length().count()) + " ns, burst " +
         std::to_string(rule.burst) + (rule.anchor ? ", anchored" : "");
}

inline Instant moved(Instant from, Wide nanos) { return instant_at(nanos_since_epoch(from) + nanos); }

// One call, on both sides; says how they differ, or nothing.
//
// Subject: look, take, charge, give_back, fresh_at, snapshot. Model: limit, used (in units, rounded up), spend,
// give_back.
template <class Subject, class Model>
std::string differ(Subject& subject, Model& model, const Step& step, Verdict& verdict) {
  std::ostringstream said;
  const Instant now = step.now;
  if (step.kind == Step::Kind::charge) {
    subject.charge(now, step.amount);
    model.spend(now, step.amount);
  } else if (step.kind == Step::Kind::give_back) {
    subject.give_back(now, step.amount, step.held_at);
    model.give_back(now, step.amount, step.held_at);
  }
  const std::int64_t cost = step.kind == Step::Kind::take ? step.amount : 0;
  const auto passes = [&](Instant at) {
    return cost < 0 || model.used(at) + std::max<std::int64_t>(cost, 1) <= model.limit();
  };
  const auto full = [&](Instant at) { return model.used(at) == 0; };

  const auto before = subject.snapshot();
  const Verdict looked = subject.look(now, cost);
  if (!(subject.snapshot() == before)) said << "look changed the state; ";
  const bool allowed = passes(now);
  verdict = subject.take(now, cost);
  const bool above = cost > model.limit();
  const Outcome expected = above ? Outcome::cost_above_limit : allowed ? Outcome::allowed : Outcome::limited;
  if (verdict.outcome != expected)
    said << "the model decides otherwise (" << (allowed ? "allowed" : "refused") << "); ";
  if (verdict.outcome != Outcome::allowed && !(subject.snapshot() == before)) said << "a refusal changed the state; ";
  if (expected == Outcome::allowed) model.spend(now, cost);

  const auto used = model.used(now);
  using Int = std::remove_cvref_t<decltype(used)>;
  const Int remaining = std::max(Int(0), Int(model.limit() - used));
  // A clock that steps far back can owe more than 64 bits say: `debt` then is the largest they do.
  const Int debt = std::clamp(Int(used - model.limit()), Int(0), Int(std::numeric_limits<std::int64_t>::max()));
  if (verdict.limit != model.limit()) said << "limit is " << model.limit() << "; ";
  if (verdict.remaining != remaining) said << "remaining is " << remaining << "; ";
  if (verdict.debt != debt) said << "debt is " << debt << "; ";
  if (looked.outcome != verdict.outcome || looked.remaining != verdict.remaining || looked.debt != verdict.debt ||
      looked.reset != verdict.reset || looked.retry_after != verdict.retry_after) {
    said << "look answers otherwise than take; ";
  }

  if (expected == Outcome::allowed && verdict.retry_after != Nanos{0}) said << "allowed, yet it is to wait; ";
  if (above && verdict.retry_after != never) said << "it can never pass; ";
  if (expected == Outcome::limited && verdict.retry_after == never) {
    if (passes(moved(now, Wide{never.count()} - 1))) said << "it does pass one day; ";
  } else if (expected == Outcome::limited) {
    const Instant then = now + verdict.retry_after;
    if (!passes(then) || !subject.look(then, cost).allowed()) said << "it does not pass after retry_after; ";
    if (passes(then - Nanos{1}) || subject.look(then - Nanos{1}, cost).allowed()) said << "it passes 1 ns earlier; ";
  }
  if (verdict.reset < now) said << "reset is past; ";
  if (verdict.reset != Instant::max() && !full(verdict.reset)) said << "not full at reset; ";
  if (verdict.reset != now && full(verdict.reset - Nanos{1})) said << "full before reset; ";
  const Instant fresh = subject.fresh_at();
  if (fresh != Instant::max() && !full(std::max(fresh, now))) said << "not fresh at fresh_at; ";
  if (fresh > now && full(fresh - Nanos{1})) said << "fresh before fresh_at; ";
  if (said.view().empty()) return {};
  said << "said: " << verdict;
  return said.str();
}

template <class Subject, class Model>
std::string replay(const Rule& rule, const std::vector<Step>& steps) {
  Subject subject(rule);
  Model model(rule);
  Verdict verdict;
  for (const Step& step : steps) {
    if (std::string difference = differ(subject, model, step, verdict); !difference.empty()) return difference;
  }
  return {};
}

template <class Subject, class Model>
std::string shortest_failure(const Rule& rule, std::vector<Step> steps) {
  for (std::size_t i = steps.size(); i-- > 0;) {
    std::vector<Step> fewer = steps;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (!replay<Subject, Model>(rule, fewer).empty()) steps = std::move(fewer);
  }
  std::ostringstream out;
  out << "WEIR_SEED=" << seed() << ", rule " << described(rule) << "\n";
  for (const Step& step : steps) out << step << "\n";
  out << replay<Subject, Model>(rule, steps);
  return out.str();
}

// Where a trace may go, and how wildly.
struct Course {
  Instant start{};
  Instant first = Instant::min();
  Instant last = Instant::max();
  bool steps_back = true;
};

inline Course random_course(Chance& chance) {
  Course course{.start = moved(t0, chance.between(0, century.count() / 2))};
  switch (chance.between(0, 9)) {
    case 0:
      course.start = Instant{Nanos{chance.between(-1'000'000'000, 1'000'000'000)}};
      break;
    case 1:
      course.start = moved(Instant::min(), chance.magnitude(INT64_MAX));
      break;
    case 2:
      course.start = moved(Instant::max(), -chance.magnitude(INT64_MAX));
      break;
    default:
      break;
  }
  course.steps_back = chance.one_in(2);
  return course;
}

class Wanderer {
 public:
  Wanderer(const Rule& rule, const Course& course, Chance& chance)
      : rule_(rule), course_(course), chance_(chance), now_(course.start) {}

  Step next() {
    move();
    const std::int64_t capacity = rule_.burst == 0 ? rule_.count : rule_.burst;
    Step step{.now = now_};
    switch (chance_.between(0, 19)) {
      case 0:
        step.amount = 0;
        break;
      case 1:
        step.amount = -chance_.magnitude(capacity);
        break;
      case 2:
        step.amount = capacity + chance_.magnitude(capacity);
        break;
      case 3:
        step.amount = capacity;
        break;
      case 4:
      case 5:
        step.amount = chance_.between(1, capacity);
        break;
      case 6:
        step.kind = Step::Kind::charge;
        step.amount = chance_.one_in(3) ? -chance_.magnitude(capacity) : chance_.magnitude(2 * capacity);
        break;
      case 7:
        if (!held_.empty()) {
          const Step held =
              held_[static_cast<std::size_t>(chance_.between(0, static_cast<std::int64_t>(held_.size()) - 1))];
          step = {Step::Kind::give_back, now_, chance_.between(1, held.amount), held.now};
          break;
        }
        [[fallthrough]];
      case 8:
      case 9:
        step.amount = chance_.magnitude(capacity);
        break;
      default:
        step.amount = 1 + (again_ > 0 ? again_ - 1 : 0);
        break;
    }
    return step;
  }

  void learn(const Step& step, const Verdict& verdict) {
    again_ = 0;
    retry_at_.reset();
    if (step.kind != Step::Kind::take) return;
    if (verdict.allowed() && step.amount > 0) {
      held_.push_back(step);
      if (held_.size() > 8) held_.erase(held_.begin());
    }
    if (verdict.outcome == Outcome::limited && verdict.retry_after != never) {
      retry_at_ = step.now + verdict.retry_after;
      again_ = step.amount;
    }
  }

 private:
  void move() {
    const std::int64_t period = rule_.period.length().count();
    const std::int64_t interval = std::max<std::int64_t>(1, period / rule_.count);
    Wide by = 0;
    switch (chance_.between(0, 15)) {
      case 0:
        by = 1;
        break;
      case 1:
      case 2:
        by = chance_.between(0, interval);
        break;
      case 3:
        by = chance_.between(0, period);
        break;
      case 4:
        by = interval;
        break;
      case 5: {  // around the edge of a window
        const Instant edge = Windows(rule_.period, rule_.anchor).at(now_).end;
        by = nanos_since_epoch(edge) - nanos_since_epoch(now_) + chance_.between(-1, 1);
        break;
      }
      case 6:
        by = Wide{period} * chance_.between(1, 3);
        break;
      case 7:
        if (chance_.one_in(8)) by = Wide{period} * chance_.magnitude(1'000'000);
        break;
      case 8:
        if (course_.steps_back) by = -Wide{chance_.magnitude(3 * (period / 2))};
        break;
      case 9:
        if (course_.steps_back && chance_.one_in(10)) by = -Wide{period} * chance_.magnitude(1'000);
        break;
      case 10:
      case 11:
      case 12:
        if (retry_at_) by = nanos_since_epoch(*retry_at_) - nanos_since_epoch(now_) - (chance_.one_in(4) ? 1 : 0);
        break;
      default:
        break;
    }
    if (!course_.steps_back && by < 0) by = 0;
    now_ = std::clamp(moved(now_, by), course_.first, course_.last);
  }

  const Rule& rule_;
  const Course& course_;
  Chance& chance_;
  Instant now_;
  std::optional<Instant> retry_at_;
  std::int64_t again_ = 0;  // the cost that was refused
  std::vector<Step> held_;
};

template <class Subject, class Model>
void hold_against_the_model(const Rule& rule, const Course& course, Chance& chance, int length) {
  Subject subject(rule);
  Model model(rule);
  Wanderer wanderer(rule, course, chance);
  std::vector<Step> steps;
  for (int i = 0; i < length; ++i) {
    steps.push_back(wanderer.next());
    Verdict verdict;
    if (!differ(subject, model, steps.back(), verdict).empty()) {
      FAIL() << shortest_failure<Subject, Model>(rule, steps);
    }
    wanderer.learn(steps.back(), verdict);
  }
}

}  // namespace weir::limits
