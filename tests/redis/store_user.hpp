// store_user.hpp: a store as a test uses it: asks and waits.
#pragma once

#include "redis_server.hpp"

#include "store/redis/store/open_store.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <future>
#include <initializer_list>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::store::redis {

// Longer than any timeout that a test sets; an answer that takes as long never comes.
inline constexpr std::chrono::seconds much_too_long{20};

inline Instant wall_clock() {
  return std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
}

class StoreUser {
 public:
  explicit StoreUser(std::shared_ptr<Store> store) : store_(std::move(store)) {}
  // With a thread of its own; patient, as the machine may be busy.
  static StoreUser of(const std::string& url, OpenOptions options = patient()) {
    auto opened = open_redis_store(url, std::move(options));
    if (!opened) throw std::runtime_error(opened.error());
    return StoreUser(*std::move(opened));
  }
  static OpenOptions patient() {
    OpenOptions options;
    options.store.timeout = std::chrono::seconds(10);
    return options;
  }

  [[nodiscard]] Store& store() const { return *store_; }
  [[nodiscard]] std::shared_ptr<const Space> open(std::string_view prefix, const Rule& rule) const {
    return store_->open(prefix, rule);
  }

  [[nodiscard]] Answer decide(const Call& call) const {
    auto [done, answer] = promised<Answer>();
    store_->decide(call, std::move(done));
    return awaited(std::move(answer));
  }
  [[nodiscard]] Answer decide(std::initializer_list<Check> checks) const {
    return decide(Call{.checks = checks, .now = wall_clock()});
  }
  [[nodiscard]] Answer decide(const std::vector<Check>& checks) const {
    return decide(Call{.checks = checks, .now = wall_clock()});
  }
  [[nodiscard]] Answer ask(const Space& space, Key key, std::int64_t cost = 1) const {
    const Check check{.space = &space, .key = key, .cost = cost};
    return decide(Call{.checks = std::span(&check, 1), .now = wall_clock()});
  }
  // Of a store that answers.
  [[nodiscard]] Verdict take(const Space& space, Key key, std::int64_t cost = 1) const {
    const Answer answer = ask(space, key, cost);
    if (answer.status != Status::decided) {
      throw std::runtime_error("not decided but " + std::to_string(static_cast<int>(answer.status)) + ": " +
                               store_->health().last_error);
    }
    return answer.verdicts.at(0);
  }
  [[nodiscard]] std::int64_t remaining(const Space& space, Key key) const { return take(space, key, 0).remaining; }

  [[nodiscard]] Answer hold(std::string_view id, std::vector<Check> checks,
                            Nanos lease = std::chrono::minutes(1)) const {
    for (Check& check : checks) check.hold = true;
    return decide(Call{.checks = checks, .now = wall_clock(), .id = id, .lease = lease});
  }
  [[nodiscard]] Settled settle(std::string_view id, std::vector<std::int64_t> amounts) const {
    auto [done, settled] = promised<Settled>();
    store_->settle(id, amounts, wall_clock(), std::move(done));
    return awaited(std::move(settled));
  }
  [[nodiscard]] Settled renew(std::string_view id, Nanos lease) const {
    auto [done, settled] = promised<Settled>();
    store_->renew(id, lease, wall_clock(), std::move(done));
    return awaited(std::move(settled));
  }
  [[nodiscard]] Settled reset(const Space& space, Key key) const {
    auto [done, settled] = promised<Settled>();
    store_->reset(space, key, wall_clock(), std::move(done));
    return awaited(std::move(settled));
  }
  [[nodiscard]] Settled reset_all(const Space& space) const {
    auto [done, settled] = promised<Settled>();
    store_->reset_all(space, wall_clock(), std::move(done));
    return awaited(std::move(settled));
  }
  [[nodiscard]] Status charge(const Space& space, std::vector<Charge> charges) const {
    auto [done, status] = promised<Status>();
    store_->charge(space, charges, wall_clock(), std::move(done));
    return awaited(std::move(status));
  }

 private:
  template <class Result>
  static std::pair<std::move_only_function<void(Result)>, std::future<Result>> promised() {
    std::promise<Result> promise;
    std::future<Result> future = promise.get_future();
    return {[promise = std::move(promise)](Result result) mutable { promise.set_value(std::move(result)); },
            std::move(future)};
  }
  template <class Result>
  static Result awaited(std::future<Result> future) {
    if (future.wait_for(much_too_long) != std::future_status::ready) throw std::runtime_error("no answer ever");
    return future.get();
  }

  std::shared_ptr<Store> store_;
};

inline bool all_allowed(const Answer& answer) { return std::ranges::all_of(answer.verdicts, &Verdict::allowed); }

// What would stay for ever; settings alone may.
inline std::vector<std::string> keys_without_ttl(const RedisServer& server) {
  static const std::string script =
      "local found, at = {}, '0' repeat local page = redis.call('SCAN', at, 'COUNT', 1000) at = page[1] "
      "for _, key in ipairs(page[2]) do if redis.call('PTTL', key) == -1 then found[#found + 1] = key end end "
      "until at == '0' return found";
  std::vector<std::string> found;
  std::istringstream lines(server.cli({"EVAL", script, "0"}));
  for (std::string key; std::getline(lines, key);) {
    if (!key.empty()) found.push_back(std::move(key));
  }
  return found;
}

}  // namespace weir::store::redis
