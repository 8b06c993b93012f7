// joint.cpp: what is decided without a store, and what the stores are asked. joint_answers.cpp takes their answers.
#include "limiter/joint.hpp"

#include "limiter/decision.hpp"

#include <algorithm>
#include <utility>

namespace weir::limiter {

Item::Item(const Check& check)
    : limiter(check.limiter->impl().get()), key(check.key), cost(std::clamp(check.cost, 1 - max_count, max_count)) {}

store::Store& Item::room() const {
  if (fallback != nullptr) return *fallback;
  return limiter->room();
}

Joint::Joint(std::span<Item> items, const Terms& terms) : items_(items), terms_(terms) {
  for (Item& item : items_) see_standing(item);
  if (!terms_.hold && !terms_.no_lease && !refused_ && terms_.id.empty()) decide_from_leases();
  if (items_.size() != 1 || !terms_.id.empty()) return;
  decide_from_windows();
  decide_from_cache();
}

void Joint::see_standing(Item& item) {
  const Limiter::Impl& limiter = *item.limiter;
  if (item.cost >= max_count) {
    item.standing = Standing::denied;
    return refuse(item, refused(Reason::cost_above_limit));
  }
  if (limiter.plain.load(std::memory_order_acquire)) {
    item.space = limiter.space.get();
    return;
  }
  KeyStanding found = limiter.rules.standing_of(item.key, limiter.now(), !limiter.shadow);
  item.standing = found.standing;
  item.space = found.space.get();
  item.space_owner = std::move(found.space);
  if (item.standing == Standing::denied) refuse(item, refused(Reason::denied));
  if (item.standing == Standing::unlimited) item.decision = unlimited_decision();
}

// What was fetched ahead is spent first. All real limits, or none of them: then the store decides over all.
void Joint::decide_from_leases() {
  const auto counts = [](const Item& item) { return item.standing == Standing::counted && !item.limiter->shadow; };
  for (const Item& item : items_) {
    if (counts(item) && (!item.limiter->leased || item.cost <= 0)) return;
  }
  boost::container::static_vector<store::Verdict, max_checks> taken;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (!counts(items_[i])) {
      taken.emplace_back();
      continue;
    }
    const auto verdict = items_[i].room().take_leased(*items_[i].space, items_[i].key, items_[i].cost);
    if (verdict) {
      taken.push_back(*verdict);
      continue;
    }
    while (i-- > 0) {
      const Item& before = items_[i];
      if (counts(before)) before.room().untake_leased(*before.space, before.key, before.cost);
    }
    return;
  }
  for (std::size_t i = 0; i < items_.size(); ++i) {
    if (!counts(items_[i])) continue;
    items_[i].asked = true;
    items_[i].decision = to_decision(taken[i]);
  }
}

// Mode cached.
void Joint::decide_from_windows() {
  Item& item = items_.front();
  const Limiter::Impl& limiter = *item.limiter;
  if (!limiter.cached || limiter.shadow || item.standing != Standing::counted || item.cost <= 0) return;
  const auto verdict = limiter.room().take_cached(*item.space, item.key, item.cost, limiter.now());
  if (!verdict) return;
  item.asked = true;
  const Decision decision = to_decision(*verdict);
  if (decision.allowed) {
    item.decision = decision;
  } else {
    refuse(item, decision);
  }
}

void Joint::decide_from_cache() {
  Item& item = items_.front();
  if (item.asked) return;
  const Limiter::Impl& limiter = *item.limiter;
  if (limiter.cache == nullptr || limiter.shadow || item.standing != Standing::counted) return;
  if (const auto cached = limiter.cache->find(item.key, item.cost, limiter.now(), limiter.handle->refunds.load())) {
    item.asked = true;
    refuse(item, *cached);
  }
}

std::optional<Question> Joint::next() {
  if (auto question = next_real()) return question;
  if (refused_) {
    if (auto question = next_give_back()) return question;
  }
  return next_shadow();
}

// All that is unasked on the first store that has something unasked.
std::optional<Question> Joint::next_real() {
  const store::Store* room = nullptr;
  Question question{.kind = hopeless_ ? Question::Kind::look : Question::Kind::charge, .items = {}, .id = {}};
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.asked || item.standing != Standing::counted || item.limiter->shadow) continue;
    if (room == nullptr) room = &item.room();
    if (room != &item.room()) continue;
    item.asked = true;
    question.items.push_back(static_cast<std::uint8_t>(i));
  }
  if (room == nullptr) return std::nullopt;
  if (question.kind == Question::Kind::charge) question.id = terms_.id;
  return question;
}

std::optional<Question> Joint::next_give_back() {
  Question question{.kind = Question::Kind::give_back, .items = {}, .id = {}};
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (!item.charged) continue;
    if (!question.items.empty() && &items_[question.items.front()].room() != &item.room()) continue;
    item.charged = false;
    question.items.push_back(static_cast<std::uint8_t>(i));
    question.id = std::exchange(item.held_id, {});
    if (item.decision.limit)
      item.decision.remaining = std::min(item.decision.remaining + item.cost, *item.decision.limit);
  }
  return question.items.empty() ? std::nullopt : std::optional(std::move(question));
}

std::optional<Question> Joint::next_shadow() {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.asked || item.standing != Standing::counted) continue;
    item.asked = true;
    Question question{.kind = refused_ ? Question::Kind::look : Question::Kind::charge, .items = {}, .id = {}};
    question.items.push_back(static_cast<std::uint8_t>(i));
    if (!refused_ && !terms_.id.empty()) question.id = shadow_id(terms_.id, shadows_++);
    return question;
  }
  return std::nullopt;
}

store::Call Joint::call(const Question& question, std::span<store::Check> checks) const {
  const Item& first = items_[question.items.front()];
  const bool hold = terms_.hold && question.kind == Question::Kind::charge;
  for (std::size_t i = 0; i < question.items.size(); ++i) {
    const Item& item = items_[question.items[i]];
    const std::int64_t cost = question.kind == Question::Kind::charge ? item.cost
                              : question.kind == Question::Kind::look ? 0
                                                                      : -item.cost;
    checks[i] = {.space = item.space, .key = item.key, .cost = cost, .hold = hold};
  }
  return {.checks = checks,
          .now = first.limiter->now(),
          .id = question.kind == Question::Kind::charge ? std::string_view(question.id) : std::string_view{},
          .lease = hold ? terms_.lease : store::Nanos{0},
          .once = terms_.once};
}

void Joint::refuse(Item& item, const Decision& refusal) {
  item.decision = refusal;
  if (item.limiter->shadow) {
    item.decision.allowed = true;
    item.decision.reason = Reason::shadow;
    item.decision.retry_after = std::chrono::nanoseconds{0};
    return;
  }
  refused_ = true;
  if (!refusal.retry_after) hopeless_ = true;
}

AllOutcome Joint::outcome() const {
  AllOutcome outcome;
  for (const Item& item : items_) {
    if (item.decision.allowed) continue;
    outcome.allowed = false;
    if (!item.decision.retry_after) {
      outcome.retry_after.reset();
    } else if (outcome.retry_after) {
      outcome.retry_after = std::max(*outcome.retry_after, *item.decision.retry_after);
    }
  }
  return outcome;
}

}  // namespace weir::limiter
