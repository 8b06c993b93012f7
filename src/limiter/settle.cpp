// settle.cpp: what becomes of a reservation that is named by its id alone. Only the id is known, so all who may hold
// something under it are told: the store, what stood in for it while it was away, and the shadow limits' own ids.
#include "limiter/store_handle.hpp"

#include <weir/detail/pending.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

namespace weir {
namespace limiter {
namespace {

using Handle = std::shared_ptr<weir::Store::Impl>;

// One call by id, from its first question to its answer. `ask(room, id, now, done)` asks a store, `ask_local(room, id,
// now)` the fallback.
template <class Ask, class AskLocal>
class CallById : public std::enable_shared_from_this<CallById<Ask, AskLocal>> {
 public:
  CallById(Handle handle, std::string_view id, bool shadows, Ask ask, AskLocal ask_local, OnSettled done)
      : handle_(std::move(handle)),
        id_(id),
        shadows_(shadows && handle_->shadow_holds.load(std::memory_order_relaxed)),
        now_(now_of(handle_->clock)),
        ask_(std::move(ask)),
        ask_local_(std::move(ask_local)),
        done_(std::move(done)) {}

  void start() {
    ask_(*handle_->room, id_, now_,
         [self = this->shared_from_this()](store::Settled settled) { self->answered(settled); });
  }

 private:
  void answered(const store::Settled& settled) {
    result_ = to_settled(settled);
    if (!result_ && result_.error() != SettleError::conflict) {
      // What was granted while the store was away is held here.
      const auto local = handle_->fallback_if_used();
      if (local != nullptr && ask_local_(*local, id_, now_)) result_ = {};
    }
    if (!shadows_) return finish();
    ask_shadow();
  }

  void ask_shadow() {
    ask_(*handle_->room, shadow_id(id_, nth_++), now_, [self = this->shared_from_this()](store::Settled settled) {
      if (!settled) return self->finish();
      self->result_ = {};  // a reservation of shadow limits alone has nothing under the id itself
      self->ask_shadow();
    });
  }

  void finish() {
    handle_->refunds.fetch_add(1, std::memory_order_relaxed);
    auto done = std::exchange(done_, nullptr);
    done(result_);
  }

  Handle handle_;
  std::string id_;
  bool shadows_;
  Instant now_;
  Ask ask_;
  AskLocal ask_local_;
  OnSettled done_;
  Settled result_{};
  std::size_t nth_ = 0;
};

template <class Ask, class AskLocal>
void call_by_id(const Handle& handle, std::string_view id, bool shadows, Ask ask, AskLocal ask_local, OnSettled done) {
  std::make_shared<CallById<Ask, AskLocal>>(handle, id, shadows, std::move(ask), std::move(ask_local), std::move(done))
      ->start();
}

}  // namespace

void settle(const Handle& handle, std::string_view id, std::span<const std::int64_t> amounts, OnSettled done) {
  std::vector<std::int64_t> own(amounts.begin(), amounts.end());
  call_by_id(
      handle, id, own.size() == 1,  // each of theirs is one check
      [own](store::Store& room, std::string_view whose, Instant now, auto answered) {
        room.settle(whose, own, now, std::move(answered));
      },
      [own](store::MemoryStore& local, std::string_view whose, Instant now) {
        return local.settle_now(whose, own, now).has_value();
      },
      std::move(done));
}

void renew(const Handle& handle, std::string_view id, store::Nanos lease, OnSettled done) {
  call_by_id(
      handle, id, true,
      [lease](store::Store& room, std::string_view whose, Instant now, auto answered) {
        room.renew(whose, lease, now, std::move(answered));
      },
      [lease](store::MemoryStore& local, std::string_view whose, Instant now) {
        return local.renew_now(whose, lease, now).has_value();
      },
      std::move(done));
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
