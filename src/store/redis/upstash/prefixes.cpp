#include "store/redis/upstash/prefixes.hpp"

#include "store/redis/upstash/keys.hpp"

#include <bit>

namespace weir::store::redis::upstash {

std::shared_ptr<const UpstashSpace> Prefixes::open(std::string_view prefix, const Rule& rule, const Terms& terms) {
  const std::lock_guard guard(mutex_);
  std::weak_ptr<const UpstashSpace>& known = bases_[std::string(prefix)];
  const std::shared_ptr<const UpstashSpace> base = known.lock();
  const bool is_base = base == nullptr || base->terms() == terms;
  auto space = std::make_shared<const UpstashSpace>(rule, std::string(prefix), terms, is_base);
  if (base == nullptr) known = space;
  if (std::has_single_bit(bases_.size())) {
    std::erase_if(bases_, [](const auto& entry) { return entry.second.expired(); });
  }
  return space;
}

std::vector<std::string> Prefixes::longer_than(std::string_view prefix) const {
  const std::string own = key_of(prefix, {});
  const std::lock_guard guard(mutex_);
  std::vector<std::string> longer;
  for (auto at = bases_.lower_bound(own); at != bases_.end() && at->first.starts_with(own); ++at) {
    if (!at->second.expired()) longer.push_back(at->first + ":");
  }
  return longer;
}

}  // namespace weir::store::redis::upstash
