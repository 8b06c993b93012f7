#include "store/due/due_work.hpp"

#include <cstddef>
#include <utility>

namespace weir::store {

void DueWork::add(std::weak_ptr<const void> owner, Work work) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(items_, [](const Item& item) { return item.owner.expired(); });
  items_.push_back({.owner = std::move(owner), .work = std::make_shared<const Work>(std::move(work))});
}

void DueWork::run(Deadline until) {
  struct Living {
    std::shared_ptr<const void> owner;
    std::shared_ptr<const Work> work;
  };
  std::vector<Living> living;
  {
    const std::scoped_lock lock(mutex_);
    living.reserve(items_.size());
    for (const Item& item : items_) {
      if (auto owner = item.owner.lock()) living.push_back({std::move(owner), item.work});
    }
  }
  for (std::size_t at = 0; at < living.size(); ++at) {
    const Deadline now = std::chrono::steady_clock::now();
    if (now >= until) return;
    try {
      (*living[at].work)(now + (until - now) / (living.size() - at));
    } catch (...) {  // NOLINT(bugprone-empty-catch): what one could not do must not keep the others
    }
  }
}

// Never destroyed: an owner may end after all that is static.
DueWork& due_work() {
  static DueWork& here = *new DueWork;  // NOLINT(cppcoreguidelines-owning-memory)
  return here;
}

}  // namespace weir::store
