#include "store/redis/upstash/prefixes.hpp"

#include "store/redis/upstash/keys.hpp"

#include <utility>

namespace weir::store::redis::upstash {

std::shared_ptr<const UpstashSpace> Prefixes::open(std::string_view prefix, const Rule& rule, const Terms& terms) {
  const std::lock_guard guard(known_->mutex);
  const std::uint64_t number = ++known_->last;
  const auto known = known_->by_prefix.find(prefix);
  const UpstashSpace* const base = known == known_->by_prefix.end() ? nullptr : known->second.begin()->second;
  auto generation = base == nullptr ? std::make_shared<std::atomic<std::int64_t>>(0) : base->shared_generation();
  const bool is_base = base == nullptr || base->terms() == terms;
  auto space = std::make_unique<const UpstashSpace>(rule, std::string(prefix), terms, std::move(generation), is_base);
  known_->by_prefix[std::string(prefix)].emplace(number, space.get());
  const auto end = [known_by = known_, number](const UpstashSpace* ended) {
    const std::unique_ptr<const UpstashSpace> owned(ended);
    known_by->ended(*ended, number);
  };
  return {space.release(), end};
}

void Prefixes::Known::ended(const UpstashSpace& space, std::uint64_t number) {
  const std::lock_guard guard(mutex);
  const auto at = by_prefix.find(space.prefix());
  Living& living = at->second;
  living.erase(number);
  if (living.empty()) {
    by_prefix.erase(at);
    return;
  }
  const Terms& base = living.begin()->second->terms();
  if (number > living.begin()->first || base == space.terms()) return;
  for (const auto& [other, one] : living) one->become_base(one->terms() == base);
}

std::vector<std::string> Prefixes::longer_than(std::string_view prefix) const {
  const std::string own = key_of(prefix, {});
  const std::lock_guard guard(known_->mutex);
  std::vector<std::string> longer;
  const auto& all = known_->by_prefix;
  for (auto at = all.lower_bound(own); at != all.end() && at->first.starts_with(own); ++at) {
    longer.push_back(at->first + ":");
  }
  return longer;
}

}  // namespace weir::store::redis::upstash
