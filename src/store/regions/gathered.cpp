#include "store/regions/gathered.hpp"

#include <utility>

namespace weir::store {
namespace {

bool decides(const Settled& how) { return how || how.error() == SettleError::conflict; }

}  // namespace

void Gathered::answered(std::size_t region, const Settled& how) {
  Done done;
  std::unique_lock lock(mutex_);
  if (!how && how.error() == SettleError::down) {
    failed_.push_back(region);
  } else if (!best_ || !decides(*best_)) {
    best_ = how;
  }
  const bool all = --left_ == 0;
  const bool enough = all || (at_once_ && best_ && decides(*best_));
  if (enough && done_) done = std::exchange(done_, nullptr);
  const Settled result = best_.value_or(std::unexpected(SettleError::down));
  lock.unlock();
  if (done) done(result);
  if (all) after_all_(std::move(failed_), result.has_value());
}

}  // namespace weir::store
