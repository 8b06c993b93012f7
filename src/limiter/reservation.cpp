#include "limiter/reservation_impl.hpp"

#include "limiter/ask_and_wait.hpp"
#include "limiter/checks.hpp"
#include "limiter/decide_now.hpp"
#include "limiter/random_bits.hpp"
#include "limiter/remote_joint.hpp"
#include "limiter/store_handle.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weir {
namespace limiter {
namespace {

std::shared_ptr<store::Store> room_of(const Item& item) {
  const auto& outage = item.limiter->handle->outage;
  if (item.fallback != nullptr) return {outage, item.fallback};
  return item.limiter->handle->room;
}

}  // namespace

AllDecision all_decision_of(const Joint& joint) {
  AllDecision all;
  static_cast<AllOutcome&>(all) = joint.outcome();
  all.decisions.reserve(joint.items().size());
  for (const Item& item : joint.items()) all.decisions.push_back(item.decision);
  return all;
}

std::expected<Reservation, AllDecision> reservation_of(const Joint& joint) {
  AllDecision all = all_decision_of(joint);
  if (!all.allowed) return std::unexpected(std::move(all));
  auto impl = std::make_unique<Reservation::Impl>();
  impl->id = joint.terms().id;
  impl->decisions = std::move(all.decisions);
  for (std::size_t i = 0; i < joint.items().size(); ++i) {
    const Item& item = joint.items()[i];
    if (item.held_id.empty()) continue;
    auto room = room_of(item);
    auto part = std::ranges::find_if(impl->parts,
                                     [&](const auto& known) { return known.room == room && known.id == item.held_id; });
    if (part == impl->parts.end()) {
      part = impl->parts.insert(part, {item.owner, std::move(room), item.held_id, {}});
    }
    part->checks.push_back(static_cast<std::uint8_t>(i));
  }
  return Reservation(std::move(impl));
}

}  // namespace limiter

Reservation::Reservation(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reservation::Reservation(Reservation&&) noexcept = default;

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  const Reservation old(std::move(*this));  // released at the end of this
  impl_ = std::move(other.impl_);
  return *this;
}

// Nobody is told how it went, so nobody waits: a store that is away is told later, or lets the lease end.
Reservation::~Reservation() {
  if (impl_ == nullptr || !impl_->open) return;
  constexpr std::int64_t nothing = 0;
  for (const Impl::Part& part : impl_->parts) {
    if (part.told) continue;
    limiter::settle_part(part.limiter->handle->shared_from_this(), *part.room, part.id, std::span(&nothing, 1),
                         part.limiter->now(), [](const Settled&) {});
  }
}

std::string_view Reservation::id() const { return impl_->id; }
std::span<const Decision> Reservation::decisions() const { return impl_->decisions; }
bool Reservation::open() const { return impl_->open; }
void Reservation::leave() { impl_->open = false; }

Settled Reservation::settle(std::int64_t actual) {
  const std::vector<std::int64_t> actuals(std::max<std::size_t>(impl_->decisions.size(), 1), actual);
  return settle(std::span(actuals).first(impl_->decisions.size()));
}

Settled Reservation::settle(std::span<const std::int64_t> actuals) {
  if (actuals.size() != impl_->decisions.size()) throw std::length_error("settle needs one amount a check");
  if (std::ranges::any_of(actuals, [](std::int64_t actual) { return actual < 0; })) {
    throw std::invalid_argument("what was used can't be below 0");
  }
  Settled all{};
  for (Impl::Part& part : impl_->parts) {
    std::vector<std::int64_t> amounts;
    amounts.reserve(part.checks.size());
    for (const std::uint8_t check : part.checks) amounts.push_back(actuals[check]);
    part.told = true;
    const Settled settled = limiter::settle_and_wait(*part.room, part.limiter->timeout, [&](auto done) {
      limiter::settle_part(part.limiter->handle->shared_from_this(), *part.room, part.id, amounts, part.limiter->now(),
                           std::move(done));
    });
    if (!settled) all = settled;
  }
  // An answer ends it, even one that says no; only a store that is away leaves something to do.
  if (all || all.error() != SettleError::down) impl_->open = false;
  return all;
}

Settled Reservation::renew(std::chrono::nanoseconds lease) {
  if (lease <= std::chrono::nanoseconds::zero()) throw std::invalid_argument("a lease must be above 0");
  Settled all{};
  for (const Impl::Part& part : impl_->parts) {
    const Settled renewed = limiter::settle_and_wait(*part.room, part.limiter->timeout, [&](auto done) {
      part.room->renew(part.id, lease, part.limiter->now(),
                       [done = std::move(done)](const store::Settled& how) mutable { done(limiter::to_settled(how)); });
    });
    if (!renewed) all = renewed;
  }
  return all;
}

std::expected<Reservation, AllDecision> reserve_all(std::span<const Check> checks, const ReserveOptions& options) {
  limiter::require_reservable(checks, options);
  const std::string own_id = options.id.empty() ? limiter::random_id() : std::string();
  const limiter::Terms terms{.id = options.id.empty() ? std::string_view(own_id) : options.id,
                             .hold = true,
                             .lease = options.lease,
                             .own_id = options.id.empty(),
                             .once = options.once};
  if (!limiter::all_in_memory(checks)) {
    const auto remote = limiter::RemoteJoint::make(checks, terms);
    limiter::decide_and_wait(*remote);
    return limiter::reservation_of(remote->joint());
  }
  limiter::Items items = limiter::items_of(checks);
  for (std::size_t i = 0; i < checks.size(); ++i) items[i].owner = checks[i].limiter->impl();
  limiter::Joint joint(items, terms);
  (void)limiter::decide_now(joint);
  return limiter::reservation_of(joint);
}

std::expected<Reservation, Decision> Limiter::reserve(Key key, std::int64_t amount, const ReserveOptions& options) {
  const Check check(*this, key, amount);
  auto reserved = reserve_all(std::span(&check, 1), options);
  if (reserved) return *std::move(reserved);
  return std::unexpected(reserved.error().decisions.front());
}

}  // namespace weir
