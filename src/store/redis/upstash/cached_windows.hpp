// cached_windows.hpp: the windows of a store that are counted in this process, one CachedFixedWindow a space. What is
// allowed here is charged in Redis behind the answer; nobody waits for it, and where Redis does not take it, it stays
// counted here until the window's end.
#pragma once

#include "store/redis/layout/layout.hpp"
#include "store/redis/store/single_call.hpp"
#include "store/redis/upstash/cached_fixed_window.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace weir::store::redis {
class StoreCore;
}

namespace weir::store::redis::upstash {

// Safe from any thread.
class CachedWindows : public std::enable_shared_from_this<CachedWindows> {
 public:
  static constexpr std::size_t most_keys = 100'000;  // of a space; what is beyond is decided in Redis

  explicit CachedWindows(std::shared_ptr<StoreCore> core) : core_(std::move(core)) {}

  // None: Redis must be asked, as ever. `cost` > 0.
  [[nodiscard]] std::optional<Verdict> take(const RedisSpace& space, Key key, std::int64_t cost, Instant now);
  // The same answer, which is kept here first for those of its keys that are counted here.
  [[nodiscard]] OnAnswer learning(const Call& call, OnAnswer done);
  void forget(const RedisSpace& space, Key key);
  void forget(const RedisSpace& space);

 private:
  struct Counted {
    std::weak_ptr<const RedisSpace> space;
    CachedFixedWindow counts;
  };
  [[nodiscard]] CachedFixedWindow* find(const RedisSpace& space);  // wants mutex_
  void charge(const RedisSpace& space, std::string identifier, std::int64_t cost, Instant now);
  void learn(const RedisSpace& space, const std::string& identifier, std::int64_t cost, const Verdict& verdict,
             Instant now);

  const std::shared_ptr<StoreCore> core_;
  std::atomic<bool> used_{false};  // where nobody counts so, an answer costs nothing more
  std::mutex mutex_;
  std::unordered_map<const RedisSpace*, Counted> spaces_;
};

}  // namespace weir::store::redis::upstash
