// settle.cpp: what becomes of a reservation that is named by its id alone. Only the id is known, so all who may hold
// something under it are told: what stood in for the store while it was away, else the store, and the shadow limits'
// own ids.
#include "limiter/store_handle.hpp"

#include <weir/detail/pending.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

namespace weir {
namespace limiter {
namespace {

using Handle = std::shared_ptr<weir::Store::Impl>;

// One call by id, from its first question to its answer. `ask(handle, id, now, done)` asks whoever holds an id.
template <class Ask>
class CallById : public std::enable_shared_from_this<CallById<Ask>> {
 public:
  CallById(Handle handle, std::string_view id, bool shadows, Ask ask, OnSettled done)
      : handle_(std::move(handle)),
        id_(id),
        shadows_(shadows && handle_->shadow_holds.load(std::memory_order_relaxed)),
        now_(now_of(handle_->clock)),
        ask_(std::move(ask)),
        done_(std::move(done)) {}

  void start() {
    ask_(handle_, id_, now_, [self = this->shared_from_this()](const Settled& settled) {
      self->result_ = settled;
      if (!self->shadows_) return self->finish();
      self->ask_shadow();
    });
  }

 private:
  void ask_shadow() {
    ask_(handle_, shadow_id(id_, nth_++), now_, [self = this->shared_from_this()](const Settled& settled) {
      if (!settled) return self->finish();
      self->result_ = {};  // a reservation of shadow limits alone has nothing under the id itself
      self->ask_shadow();
    });
  }

  void finish() {
    auto done = std::exchange(done_, nullptr);
    done(result_);
  }

  Handle handle_;
  std::string id_;
  bool shadows_;
  Instant now_;
  Ask ask_;
  OnSettled done_;
  Settled result_{};
  std::size_t nth_ = 0;
};

template <class Ask>
void call_by_id(const Handle& handle, std::string_view id, bool shadows, Ask ask, OnSettled done) {
  std::make_shared<CallById<Ask>>(handle, id, shadows, std::move(ask), std::move(done))->start();
}

// Whether what was granted while the store was away is, or was, held here.
bool is_ours(const store::Settled& local) { return local || local.error() == store::SettleError::conflict; }

}  // namespace

void settle_part(const Handle& handle, store::Store& room, std::string_view id, std::span<const std::int64_t> amounts,
                 Instant now, OnSettled done) {
  Outage* const outage = handle->outage.get();
  if (outage != nullptr && &room == &outage->local()) {
    const store::Settled settled = outage->local().settle_now(id, amounts, now);
    if (settled) outage->settled(id, amounts, now);
    handle->refunds.fetch_add(1, std::memory_order_relaxed);
    return done(to_settled(settled));
  }
  if (outage == nullptr) {
    return room.settle(id, amounts, now, [handle, done = std::move(done)](const store::Settled& settled) mutable {
      handle->refunds.fetch_add(1, std::memory_order_relaxed);
      done(to_settled(settled));
    });
  }
  Settlement settlement{.id = std::string(id), .amounts = {amounts.begin(), amounts.end()}, .since = now};
  room.settle(id, amounts, now,
              [handle, settlement = std::move(settlement), done = std::move(done)](const store::Settled& how) mutable {
                handle->refunds.fetch_add(1, std::memory_order_relaxed);
                if (!how && how.error() == store::SettleError::down) {
                  handle->outage->keep(std::move(settlement));
                } else {
                  handle->outage->unsettled().forget(settlement.id);
                }
                done(to_settled(how));
              });
}

void settle(const Handle& handle, std::string_view id, std::span<const std::int64_t> amounts, OnSettled done) {
  std::vector<std::int64_t> own(amounts.begin(), amounts.end());
  const bool shadows = own.size() == 1;  // each of theirs is one check
  const auto ask = [own = std::move(own)](const Handle& of, std::string_view whose, Instant now, auto answered) {
    if (of->outage != nullptr) {
      const store::Settled local = of->outage->local().settle_now(whose, own, now);
      if (local) of->outage->settled(whose, own, now);
      if (is_ours(local)) return answered(to_settled(local));
    }
    settle_part(of, *of->room, whose, own, now, std::move(answered));
  };
  call_by_id(handle, id, shadows, ask, std::move(done));
}

void renew(const Handle& handle, std::string_view id, store::Nanos lease, OnSettled done) {
  const auto ask = [lease](const Handle& of, std::string_view whose, Instant now, auto answered) {
    if (of->outage != nullptr) {
      const store::Settled local = of->outage->local().renew_now(whose, lease, now);
      if (is_ours(local)) return answered(to_settled(local));
    }
    of->room->renew(whose, lease, now,
                    [answered = std::move(answered)](const store::Settled& how) mutable { answered(to_settled(how)); });
  };
  call_by_id(handle, id, true, ask, std::move(done));
}

}  // namespace limiter

namespace detail {

void settle_async(const std::shared_ptr<Store>& store, std::string_view id, std::span<const std::int64_t> amounts,
                  OnSettled done) {
  limiter::settle(store->impl().shared_from_this(), id, amounts, std::move(done));
}

void renew_async(const std::shared_ptr<Store>& store, std::string_view id, std::chrono::nanoseconds lease,
                 OnSettled done) {
  if (lease <= std::chrono::nanoseconds::zero()) throw std::invalid_argument("a lease must be above 0");
  limiter::renew(store->impl().shared_from_this(), id, lease, std::move(done));
}

}  // namespace detail
}  // namespace weir
