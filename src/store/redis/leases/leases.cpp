#include "store/redis/leases/leases.hpp"

#include "store/redis/settings/settings.hpp"
#include "store/redis/store/store_core.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace weir::store::redis {
namespace {

constexpr auto tend_every = std::chrono::milliseconds(20);
constexpr auto wake_every = std::chrono::milliseconds(250);
constexpr int shards_a_wake = 16;  // all of them in a second

}  // namespace

std::shared_ptr<Leases> Leases::make(std::shared_ptr<StoreCore> core, std::shared_ptr<SharedSettings> settings) {
  const boost::asio::any_io_executor executor = core->executor();
  const auto end = [executor](Leases* leases) {
    boost::asio::post(executor, [last = std::unique_ptr<Leases>(leases)] {});
  };
  return {new Leases(std::move(core), std::move(settings)), end};
}

Leases::Leases(std::shared_ptr<StoreCore> core, std::shared_ptr<SharedSettings> settings)
    : core_(std::move(core)),
      settings_(std::move(settings)),
      name_(std::to_string(random_word()) + '-'),
      timer_(core_->executor()) {}

std::optional<Verdict> Leases::take(const RedisSpace& space, Key key, std::int64_t cost) {
  const std::uint32_t instances = settings_ == nullptr ? 1 : settings_->instances();
  LeaseTable::Errands errands;
  auto verdict = table_.take(space, key, cost, core_->options().now(), instances, errands);
  if (!errands.empty()) [[unlikely]]
    send(std::move(errands));
  return verdict;
}

void Leases::untake(const RedisSpace& space, Key key, std::int64_t cost) {
  table_.untake(space, key, cost, core_->options().now());
}

void Leases::tend() {
  if (table_.empty()) return;
  const Deadline now = core_->options().now();
  Deadline::rep last = tended_.load(std::memory_order_relaxed);
  const Deadline::rep here = now.time_since_epoch().count();
  if (here - last < std::chrono::nanoseconds(tend_every).count()) return;
  if (!tended_.compare_exchange_strong(last, here)) return;
  LeaseTable::Errands errands;
  table_.sweep(now, errands);
  send(std::move(errands));
}

void Leases::close() {
  LeaseTable::Errands errands;
  table_.give_back_all(errands);
  send(std::move(errands));
  boost::asio::post(core_->executor(), [self = shared_from_this()] {
    self->closed_ = true;
    self->timer_.cancel();
  });
}

void Leases::send(LeaseTable::Errands errands) {
  for (LeaseErrand& errand : errands) send(std::move(errand));
}

void Leases::send(LeaseErrand errand) {
  core_->note_first_call();
  if (!core_->inbox().enter()) return table_.not_granted(errand, core_->options().now());
  core_->put([self = shared_from_this(), errand = std::make_shared<const LeaseErrand>(std::move(errand))](StoreCore*) {
    self->ask(errand);
  });
}

void Leases::ask(const std::shared_ptr<const LeaseErrand>& errand) {
  const std::string holder = name_ + std::to_string(++asked_);
  const std::uint32_t instances = settings_ == nullptr ? 1 : settings_->instances();
  const LeaseAsk question{
      .key = errand->key(), .want = errand->want, .instances = instances, .holder = holder, .back = errand->back};
  const Deadline deadline = core_->options().now() + core_->options().timeout;
  core_->call(core_->layout().lease(*errand->space, question), deadline, 1,
              [self = shared_from_this(), errand](const StoreCore::Said& said) {
                self->core_->inbox().leave();
                const Deadline now = self->core_->options().now();
                if (!said) return self->table_.not_granted(*errand, now);
                const auto answer = self->core_->layout().read_lease(*errand->space, said->get());
                // More than was asked for, or for longer, can't have been charged.
                const bool asked_for =
                    answer && answer->units <= errand->want && answer->life <= errand->space->lease_life();
                if (asked_for) return self->came(*errand, *answer);
                self->core_->failed(StoreError::protocol, 1);
                self->table_.not_granted(*errand, now);
              });
}

void Leases::came(const LeaseErrand& errand, const LeaseAnswer& answer) {
  const Deadline now = core_->options().now();
  if (answer.units == 0) return table_.not_granted(errand, now);
  LeaseTable::Errands errands;
  table_.granted(errand,
                 {.units = answer.units,
                  .granted = answer.units,
                  .ends = lease_end(errand.asked, answer.life),
                  .receipt = answer.receipt,
                  .seen = answer.seen},
                 now, errands);
  send(std::move(errands));
  keep_time();
}

// Only where the executor runs anyway: else it would be this that keeps a program from its end.
void Leases::keep_time() {
  if (!core_->options().keeps_time || keeping_time_ || closed_) return;
  keeping_time_ = true;
  timer_.expires_after(wake_every);
  timer_.async_wait([held = weak_from_this()](const auto& error) {
    const auto self = held.lock();
    if (error || self == nullptr) return;
    self->keeping_time_ = false;
    LeaseTable::Errands errands;
    for (int shard = 0; shard < shards_a_wake; ++shard) self->table_.sweep(self->core_->options().now(), errands);
    self->send(std::move(errands));
    if (!self->table_.empty()) self->keep_time();
  });
}

}  // namespace weir::store::redis
