#include "store/redis/settings/followed_generations.hpp"

#include <algorithm>

namespace weir::store::redis {

void FollowedGenerations::follow(const RedisSpace& space) {
  const std::scoped_lock lock(mutex_);
  if (by_prefix_.size() >= swept_at_) {
    std::erase_if(by_prefix_, [](const auto& one) { return one.second.generation == 0 && one.second.kept.expired(); });
    swept_at_ = 2 * by_prefix_.size() + 1024;
  }
  Followed& followed = by_prefix_[space.prefix()];
  followed.kept = space.shared_generation();
  raise(followed, followed.generation);
}

void FollowedGenerations::raise(std::string_view prefix, std::int64_t generation) {
  const std::scoped_lock lock(mutex_);
  auto at = by_prefix_.find(prefix);
  if (at == by_prefix_.end()) at = by_prefix_.emplace(prefix, Followed{}).first;
  raise(at->second, generation);
}

void FollowedGenerations::raise(Followed& followed, std::int64_t generation) {
  followed.generation = std::max(followed.generation, generation);
  const auto kept = followed.kept.lock();
  if (kept == nullptr) return;
  std::int64_t before = kept->load();
  while (before < followed.generation && !kept->compare_exchange_weak(before, followed.generation)) {
  }
}

}  // namespace weir::store::redis
