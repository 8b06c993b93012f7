#include "limiter/joint.hpp"

#include "limiter/decision.hpp"

#include <algorithm>
#include <utility>

namespace weir::limiter {
namespace {

// A look charges nothing; this is what the same call would have found.
Decision as_if_charged(const limits::Verdict& look, std::int64_t cost) {
  Decision decision = to_decision(look);
  if (cost > look.limit) {
    decision.allowed = false;
    decision.reason = Reason::cost_above_limit;
    decision.retry_after.reset();
  } else if (decision.allowed && cost > look.remaining) {
    decision.allowed = false;
    decision.reason = Reason::limited;
    decision.retry_after.reset();
  }
  return decision;
}

}  // namespace

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

void Joint::answer(const Question& question, store::Status status, std::span<const store::Verdict> verdicts) {
  switch (status) {
    case store::Status::decided:
    case store::Status::repeated:
      decided(question, verdicts);
      if (status == store::Status::decided) note_granted(question);
      return note_answers(question, verdicts);
    case store::Status::conflict:
      for (const std::uint8_t place : question.items) refuse(items_[place], refused(Reason::id_conflict));
      return;
    case store::Status::timeout:
    case store::Status::down:
    case store::Status::full:
      return failed(question, status);
  }
}

void Joint::decided(const Question& question, std::span<const store::Verdict> verdicts) {
  const bool charge = question.kind == Question::Kind::charge;
  const bool passed = std::ranges::all_of(verdicts, &store::Verdict::allowed);
  for (std::size_t i = 0; i < question.items.size(); ++i) {
    Item& item = items_[question.items[i]];
    item.charged = charge && passed;
    if (charge && passed && terms_.hold) {
      item.held_id = question.id;
      if (item.limiter->shadow) item.limiter->handle->shadow_holds.store(true);
    }
    conclude(item, charge ? to_decision(verdicts[i]) : as_if_charged(verdicts[i], item.cost), question.asked);
  }
}

// Of a remote store: so that the local limiter can start from there.
void Joint::note_answers(const Question& question, std::span<const store::Verdict> verdicts) {
  for (std::size_t i = 0; i < question.items.size(); ++i) {
    const Item& item = items_[question.items[i]];
    if (item.memory() != nullptr || item.limiter->on_error != OnError::local) continue;
    item.limiter->local->note(*item.space, item.key, verdicts[i], question.asked);
  }
}

// By what stands in for the store.
void Joint::note_granted(const Question& question) const {
  const Item& first = items_[question.items.front()];
  if (first.fallback == nullptr || !first.charged) return;
  const Instant now = first.limiter->now();
  Outage& outage = *first.limiter->handle->outage;
  if (!terms_.hold) {
    for (const std::uint8_t place : question.items) {
      const Item& item = items_[place];
      if (item.book != nullptr) outage.granted(item.book, item.key, item.cost, now);
    }
    return;
  }
  std::vector<LocalPart> parts;
  for (const std::uint8_t place : question.items) {
    const Item& item = items_[place];
    parts.push_back({.book = item.book, .key = OwnedKey(item.key), .amount = item.cost});
  }
  outage.held(question.id, std::move(parts), now, terms_.lease);
}

void Joint::gave_back(const Question& question) const {
  const Item& first = items_[question.items.front()];
  if (first.fallback == nullptr) return;
  const Instant now = first.limiter->now();
  Outage& outage = *first.limiter->handle->outage;
  if (!question.id.empty()) {
    constexpr std::int64_t nothing = 0;
    return outage.settled(question.id, std::span(&nothing, 1), now);
  }
  for (const std::uint8_t place : question.items) {
    const Item& item = items_[place];
    if (item.book != nullptr) outage.granted(item.book, item.key, -item.cost, now);
  }
}

void Joint::conclude(Item& item, const Decision& found, Instant asked) {
  Limiter::Impl& limiter = *item.limiter;
  if (limiter.cache != nullptr && item.fallback == nullptr && !limiter.shadow) {
    if (item.charged && item.cost < 0) limiter.cache->forget(item.key);
    if (!found.allowed && terms_.id.empty()) {
      // From when it was asked: the store said how long it takes, by its clock, not long after that.
      limiter.cache->remember(item.key, item.cost, found, asked, limiter.handle->refunds.load());
    }
  }
  const Reason failure = item.decision.reason;  // why the fallback decides, when it does
  if (found.allowed) {
    item.decision = found;
  } else {
    refuse(item, found);
  }
  if (item.fallback != nullptr) {
    item.decision.degraded = true;
    item.decision.reason = failure;
  }
}

void Joint::failed(const Question& question, store::Status status) {
  const Reason reason = status == store::Status::timeout ? Reason::store_timeout : Reason::store_down;
  const auto policy = [](const Item& item) {
    // The memory store has nothing to fall back to: it fails only when its ledger is full.
    const bool local = item.limiter->on_error == OnError::local;
    return local && item.memory() != nullptr ? OnError::deny : item.limiter->on_error;
  };
  const Limiter::Impl& first = *items_[question.items.front()].limiter;
  if (items_[question.items.front()].memory() == nullptr) first.handle->outage->failed(first.now());
  for (const std::uint8_t place : question.items) {
    Item& item = items_[place];
    Decision decision;
    switch (policy(item)) {
      case OnError::deny:
        decision = refused(reason);
        decision.degraded = true;
        refuse(item, decision);
        break;
      case OnError::allow:
        decision.reason = reason;
        decision.degraded = true;
        item.decision = decision;
        break;
      case OnError::local: {
        const store::Nanos lease = terms_.hold ? terms_.lease : store::Nanos(0);
        LocalChoice choice = item.limiter->local->choose(item.space_owner, item.key, item.limiter->room().instances(),
                                                         item.limiter->now(), lease);
        item.space_owner = std::move(choice.space);
        item.space = item.space_owner.get();
        item.book = std::move(choice.book);
        item.fallback = &item.limiter->handle->outage->local();
        item.decision.reason = reason;
        item.asked = false;
        break;
      }
    }
  }
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
