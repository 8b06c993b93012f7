// followed_generations.hpp: the generation of each limit's states, as this process knows it, and the spaces that go by
// it. From any thread.
#pragma once

#include "store/redis/layout/layout.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weir::store::redis {

class FollowedGenerations {
 public:
  // Keeps the space's generation true from now on, as long as it lives.
  void follow(const RedisSpace& space);
  // Never lowers one.
  void raise(std::string_view prefix, std::int64_t generation);

 private:
  struct Followed {
    std::int64_t generation = 0;
    std::weak_ptr<std::atomic<std::int64_t>> kept{};  // that of its spaces
  };
  static void raise(Followed& followed, std::int64_t generation);

  // Its own: who watches settings opens spaces.
  std::mutex mutex_;
  std::map<std::string, Followed, std::less<>> by_prefix_;
  std::size_t swept_at_ = 1024;  // how many there may be before those of no use are dropped
};

}  // namespace weir::store::redis
