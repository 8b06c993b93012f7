// every_store.hpp: stores of each kind, as tests of what all of them do want them: the memory store, one on a Redis,
// one on a Cluster. Windows are so long that none ends while a test runs.
#pragma once

#include "redis_cluster.hpp"
#include "redis_server.hpp"
#include "store_user.hpp"

#include "store/memory/memory_store.hpp"

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir::store::redis {

inline constexpr auto ages = std::chrono::hours(24 * 365 * 30);

// Where counters live; one for all tests of its kind. `user` is a store of its own each time, as another process has.
class Place {
 public:
  virtual ~Place() = default;
  [[nodiscard]] virtual StoreUser user() = 0;
  [[nodiscard]] virtual std::vector<std::string> forgotten_ttls() { return {}; }
  virtual void forget_all() = 0;
};

class InMemory final : public Place {
 public:
  StoreUser user() override { return StoreUser(store_); }
  void forget_all() override { store_ = std::make_shared<MemoryStore>(); }

 private:
  std::shared_ptr<MemoryStore> store_;
};

class InRedis final : public Place {
 public:
  StoreUser user() override { return StoreUser::of("redis://" + server_.address()); }
  std::vector<std::string> forgotten_ttls() override { return keys_without_ttl(server_); }
  void forget_all() override { server_.cli({"FLUSHALL"}); }

 private:
  RedisServer server_;
};

class InCluster final : public Place {
 public:
  StoreUser user() override {
    return StoreUser::of("redis+cluster://127.0.0.1:" + std::to_string(cluster_.address(0).port));
  }
  std::vector<std::string> forgotten_ttls() override { return cluster_.keys_without_ttl(); }
  void forget_all() override {
    for (std::size_t master = 0; master < RedisCluster::masters; ++master) cluster_.cli(master, {"FLUSHALL"});
  }

 private:
  RedisCluster cluster_;
};

enum class Kind : std::uint8_t { memory, redis, cluster };
inline constexpr std::array<const char*, 3> kind_names = {"Memory", "Redis", "Cluster"};

inline std::array<std::unique_ptr<Place>, 3>& places() {
  static std::array<std::unique_ptr<Place>, 3> all;
  return all;
}
class PlacesEnd final : public testing::Environment {
  void TearDown() override {
    for (auto& place : places()) place.reset();
  }
};
[[maybe_unused]] inline const auto* const places_end = testing::AddGlobalTestEnvironment(new PlacesEnd);

class EveryStore : public testing::TestWithParam<Kind> {
 protected:
  EveryStore() {
    auto& place = places()[static_cast<std::size_t>(GetParam())];
    if (place == nullptr) {
      if (GetParam() == Kind::memory) place = std::make_unique<InMemory>();
      if (GetParam() == Kind::redis) place = std::make_unique<InRedis>();
      if (GetParam() == Kind::cluster) place = std::make_unique<InCluster>();
    }
    place->forget_all();
    place_ = place.get();
    user_ = std::make_unique<StoreUser>(place->user());
    per_user_ = user_->open("per-user", gcra(10, ages));
    per_ip_ = user_->open("per-ip", fixed_window(3, ages));
    per_day_ = user_->open("per-day", sliding_log(5, ages));
    tokens_ = user_->open("tokens", fixed_window(100, ages));
    bucket_ = user_->open("bucket", token_bucket(100, ages));
    slots_ = user_->open("slots", concurrency(2));
  }
  ~EveryStore() override { EXPECT_THAT(place_->forgotten_ttls(), testing::IsEmpty()); }

  [[nodiscard]] StoreUser& user() { return *user_; }
  [[nodiscard]] std::int64_t take(const Space& space, Key key, std::int64_t cost = 1) {
    return user().take(space, key, cost).remaining;
  }

  Place* place_ = nullptr;
  std::unique_ptr<StoreUser> user_;
  std::shared_ptr<const Space> per_user_, per_ip_, per_day_, tokens_, bucket_, slots_;
};

}  // namespace weir::store::redis
