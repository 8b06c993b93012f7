// two_limits.hpp: calls over several slots of a Cluster.
#pragma once

#include "redis_cluster.hpp"
#include "store_user.hpp"

#include "store/url/host.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir::store::redis {

inline StoreUser open_store(const RedisCluster& cluster, std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
  std::string url = "redis+cluster://";
  for (const HostPort& address : cluster.addresses()) url += shown(address) + ",";
  url.pop_back();
  return StoreUser::of(url, {.store = {.timeout = timeout}});
}

inline bool passes(const Answer& answer) { return answer.status == Status::decided && all_allowed(answer); }

inline constexpr Slot low = 100;
inline constexpr Slot middle = 8'000;
inline constexpr Slot high = 16'000;

// Two limits whose keys lie in slots of two masters.
struct TwoLimits {
  TwoLimits(const StoreUser& of, const std::string& name, std::int64_t first_count, std::int64_t second_count)
      : store(of),
        first(of.open(name + "-first", fixed_window(first_count, std::chrono::hours(24)))),
        second(of.open(name + "-second", fixed_window(second_count, std::chrono::hours(24)))) {}

  [[nodiscard]] std::vector<Check> checks(std::int64_t cost = 1) const {
    return {{.space = first.get(), .key = key_in_first, .cost = cost},
            {.space = second.get(), .key = key_in_second, .cost = cost}};
  }
  Answer call(std::int64_t cost = 1) { return store.decide(checks(cost)); }
  Answer hold(const std::string& id, std::int64_t cost, Nanos lease = std::chrono::minutes(1)) {
    return store.hold(id, checks(cost), lease);
  }
  std::int64_t left_in_first() { return left(*first, key_in_first); }
  std::int64_t left_in_second() { return left(*second, key_in_second); }

  // -1: nobody says so.
  [[nodiscard]] std::int64_t left(const Space& space, const std::string& key) const {
    const Answer answer = store.ask(space, std::string_view(key), 0);
    return answer.verdicts.empty() ? -1 : answer.verdicts.front().remaining;
  }

  StoreUser store;
  std::shared_ptr<const Space> first;
  std::shared_ptr<const Space> second;
  std::string key_in_first = RedisCluster::tag_of(low);
  std::string key_in_second = RedisCluster::tag_of(high);
};

}  // namespace weir::store::redis
