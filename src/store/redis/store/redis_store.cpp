#include "store/redis/store/redis_store.hpp"

#include "store/redis/leases/leases.hpp"
#include "store/redis/records/records.hpp"
#include "store/redis/settings/settings.hpp"
#include "store/redis/store/claims.hpp"
#include "store/redis/store/operations.hpp"
#include "store/redis/store/spread.hpp"
#include "store/redis/store/store_core.hpp"
#include "store/redis/upstash/cached_windows.hpp"
#include "store/redis/upstash/ip_deny_lists.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace weir::store::redis {
namespace {

namespace asio = boost::asio;
using IoExecutor = asio::io_context::executor_type;

const RedisSpace& of_redis(const Space& space) { return static_cast<const RedisSpace&>(space); }

bool may_be_merged(const Call& call) {
  if (call.checks.size() != 1 || !call.id.empty()) return false;
  const Check& check = call.checks.front();
  return !check.hold && check.space->rule().algorithm != Algorithm::concurrency;
}

std::optional<Status> refused_unasked(const Layout& layout, const Call& call) {
  if (!well_formed(call)) return Status::conflict;
  if (!layout.reserves() && std::ranges::any_of(call.checks, &Check::hold)) return Status::down;
  return std::nullopt;
}

// Gives the call's place back before it is answered, so that whoever is answered can ask again. What is answered is
// answered by the core, so that the inbox is there.
template <class Done>
auto leaving(Inbox& inbox, Done done) {
  return [&inbox, done = std::move(done)](auto answer) mutable {
    inbox.leave();
    done(std::move(answer));
  };
}

// False: there is no place for another call.
bool enter(StoreCore& core) {
  core.note_first_call();
  if (core.inbox().enter()) return true;
  core.watch().count(StoreError::full, 1);
  return false;
}

// The way of every call but single ones: a place, or `full`; then the executor.
template <class Done, class Full, class Make>
void ask(StoreCore& core, SharedSettings* settings, Done done, Full full, Make make) {
  if (!enter(core)) return done(std::move(full));
  core.put(make(core.options().now() + core.options().timeout, leaving(core.inbox(), std::move(done))));
  if (settings != nullptr) settings->poll();
}

}  // namespace

RedisStore::RedisStore(asio::any_io_executor executor, std::shared_ptr<Client> client, std::unique_ptr<Layout> layout,
                       StoreOptions options, std::shared_ptr<SharedSettings> settings,
                       std::shared_ptr<upstash::IpDenyLists> ip_deny_lists)
    : cluster_(client->is_cluster()),
      core_(StoreCore::make(std::move(executor), std::move(client), std::move(layout), std::move(options))),
      settings_(std::move(settings)),
      claims_(std::make_shared<Claims>(core_)),
      leases_(core_->layout().leases() ? Leases::make(core_, settings_) : nullptr),
      cached_(core_->layout().caches() ? std::make_shared<upstash::CachedWindows>(core_) : nullptr),
      ip_deny_lists_(std::move(ip_deny_lists)) {}

RedisStore::~RedisStore() {
  if (leases_ != nullptr) leases_->close();
  if (ip_deny_lists_ != nullptr) ip_deny_lists_->close();
  if (settings_ != nullptr) settings_->close();
}

std::shared_ptr<const Space> RedisStore::open(std::string_view name, const Rule& rule) {
  auto space = core_->layout().open(name, rule);
  if (settings_ != nullptr) settings_->follow(of_redis(*space));
  if (ip_deny_lists_ != nullptr) ip_deny_lists_->follow(of_redis(*space));
  return space;
}

std::optional<Nanos> RedisStore::timeout() const { return core_->options().timeout; }

bool RedisStore::answers_in_this_thread() const {
  const asio::any_io_executor& executor = core_->executor();
  if (const auto* const io = executor.target<IoExecutor>()) return io->running_in_this_thread();
  if (const auto* const strand = executor.target<asio::strand<IoExecutor>>()) return strand->running_in_this_thread();
  if (const auto* const strand = executor.target<asio::strand<asio::any_io_executor>>()) {
    return strand->running_in_this_thread();
  }
  return false;
}

StoreHealth RedisStore::health() const {
  StoreHealth health = core_->watch().health();
  health.reconnects = core_->client().health().reconnects;
  return health;
}

std::optional<Verdict> RedisStore::take_leased(const Space& space, Key key, std::int64_t cost) {
  const RedisSpace& of = of_redis(space);
  if (leases_ == nullptr || cost <= 0 || of.lease_life() == Nanos(0)) return std::nullopt;
  return leases_->take(of, key, cost);
}

void RedisStore::untake_leased(const Space& space, Key key, std::int64_t cost) {
  leases_->untake(of_redis(space), key, cost);
}

// What nearly all calls are. Lanes and batches give its place back, so that nothing is wrapped around `done`.
void RedisStore::decide_single(const Call& call, OnAnswer done) {
  if (!enter(*core_)) return done({.status = Status::full, .verdicts = {}});
  const Check& check = call.checks.front();
  core_->put(SingleCall{.space = &of_redis(*check.space),
                        .key = check.key,
                        .cost = check.cost,
                        .now = call.now,
                        .deadline = core_->options().now() + core_->options().timeout,
                        .done = std::move(done),
                        .request = check.request});
  if (settings_ != nullptr) settings_->poll();
}

std::optional<Verdict> RedisStore::take_cached(const Space& space, Key key, std::int64_t cost, Instant now) {
  if (cached_ == nullptr) return std::nullopt;
  return cached_->take(of_redis(space), key, cost, now);
}

void RedisStore::decide(const Call& call, OnAnswer done) {
  if (leases_ != nullptr) leases_->tend();
  if (ip_deny_lists_ != nullptr) ip_deny_lists_->poll(call.now);
  if (cached_ != nullptr) done = cached_->learning(call, std::move(done));
  if (may_be_merged(call)) return decide_single(call, std::move(done));
  ask(*core_, settings_.get(), std::move(done), Answer{.status = Status::full, .verdicts = {}},
      [&](Deadline deadline, OnAnswer then) -> Entry {
        if (const auto refused = refused_unasked(core_->layout(), call)) {
          return Operation([then = std::move(then), status = *refused](StoreCore*) mutable {
            then({.status = status, .verdicts = {}});
          });
        }
        return (cluster_ ? spread_operation : joint_operation)(OwnedCall(call), deadline, std::move(then));
      });
}

void RedisStore::settle(std::string_view id, std::span<const std::int64_t> amounts, Instant, OnSettled done) {
  ask(*core_, settings_.get(), std::move(done), Settled(std::unexpected(SettleError::down)),
      [&](Deadline deadline, OnSettled then) -> Entry {
        return (cluster_ ? settle_spread_operation : settle_operation)(
            std::string(id), {amounts.begin(), amounts.end()}, deadline, std::move(then));
      });
}

void RedisStore::renew(std::string_view id, Nanos lease, Instant, OnSettled done) {
  ask(*core_, settings_.get(), std::move(done), Settled(std::unexpected(SettleError::down)),
      [&](Deadline deadline, OnSettled then) -> Entry {
        return (cluster_ ? renew_spread_operation : renew_operation)(std::string(id), lease, deadline, std::move(then));
      });
}

void RedisStore::reset(const Space& space, Key key, Instant now, OnSettled done) {
  if (leases_ != nullptr) leases_->forget(of_redis(space), key);
  if (cached_ != nullptr) cached_->forget(of_redis(space), key);
  ask(*core_, settings_.get(), std::move(done), Settled(std::unexpected(SettleError::down)),
      [&](Deadline deadline, OnSettled then) -> Entry {
        return reset_operation(core_->layout().reset(of_redis(space), key, now), deadline, std::move(then));
      });
}

void RedisStore::reset_all(const Space& space, Instant, OnSettled done) {
  if (leases_ != nullptr) leases_->forget(of_redis(space));
  if (cached_ != nullptr) cached_->forget(of_redis(space));
  if (!core_->layout().has_generations()) {
    return ask(
        *core_, settings_.get(), std::move(done), Settled(std::unexpected(SettleError::down)),
        [&](Deadline, OnSettled then) -> Entry { return reset_all_operation(of_redis(space), std::move(then)); });
  }
  if (settings_ == nullptr) return done(std::unexpected(SettleError::down));
  settings_->begin_generation(of_redis(space), [done = std::move(done)](const auto& begun) mutable {
    done(begun ? Settled{} : Settled(std::unexpected(SettleError::down)));
  });
}

void RedisStore::charge(const Space& space, std::span<const Charge> charges, Instant now,
                        std::move_only_function<void(Status)> done) {
  ask(*core_, settings_.get(), std::move(done), Status::full, [&](Deadline deadline, auto then) -> Entry {
    return charge_operation(of_redis(space), {charges.begin(), charges.end()}, now, deadline, std::move(then));
  });
}

bool RedisStore::keeps_requests() const { return core_->layout().keeps_requests(); }

void RedisStore::amend(const Space& space, std::span<const Amendment> amendments, Instant now,
                       std::move_only_function<void(Status)> done) {
  ask(*core_, settings_.get(), std::move(done), Status::full, [&](Deadline deadline, auto then) -> Entry {
    return amend_operation(core_->layout().amend(of_redis(space), amendments, now), deadline, std::move(then));
  });
}

std::shared_ptr<Settings> RedisStore::settings() { return settings_; }
std::shared_ptr<Once> RedisStore::once() { return claims_; }
std::shared_ptr<Records> RedisStore::records() {
  if (!core_->layout().keeps_records()) return nullptr;
  return std::make_shared<RedisRecords>(core_);
}
std::uint32_t RedisStore::instances() const { return settings_ == nullptr ? 1 : settings_->instances(); }

const asio::any_io_executor& RedisStore::executor() const { return core_->executor(); }
Client& RedisStore::client() { return core_->client(); }

}  // namespace weir::store::redis
