// joint_answers.cpp: what an answer makes of the limits that were asked for, and what a store's failure does.
#include "limiter/decision.hpp"
#include "limiter/joint.hpp"

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

}  // namespace weir::limiter
