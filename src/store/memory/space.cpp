#include "store/memory/space.hpp"

namespace weir::store {

MemorySpace::MemorySpace(const Rule& rule, std::shared_ptr<Salt> salt) : Space(rule), salt_(std::move(salt)) {
  switch (rule.algorithm) {
    case Algorithm::gcra:
    case Algorithm::token_bucket: {  // one automaton, described from its two ends
      const auto narrow = limits::GcraTicks<std::uint64_t>::make(rule, Instant{});
      if (CompactBucket::fits(narrow)) {
        kind_ = Kind::compact_bucket;
        code_.compact_bucket = {narrow};
      } else {
        kind_ = Kind::bucket;
        code_.bucket = {limits::GcraTicks<limits::UnsignedWide>::make(rule, Instant{})};
      }
      break;
    }
    case Algorithm::fixed_window:
      if (CompactWindow::fits(rule)) {
        kind_ = Kind::compact_window;
        code_.compact_window = {limits::FixedWindow::make(rule)};
      } else {
        kind_ = Kind::whole_window;
        code_.whole_window = {limits::FixedWindow::make(rule)};
      }
      break;
    case Algorithm::sliding_window:
      if (NarrowSliding::fits(rule)) {
        kind_ = Kind::narrow_sliding;
        code_.narrow_sliding = {limits::SlidingWindow::make(rule)};
      } else {
        kind_ = Kind::wide_sliding;
        code_.wide_sliding = {limits::SlidingWindow::make(rule)};
      }
      break;
    case Algorithm::interval_bucket:
      kind_ = Kind::whole_refill;
      code_.whole_refill = {limits::IntervalBucket::make(rule)};
      break;
    case Algorithm::sliding_log:
      kind_ = Kind::log;
      code_.log = limits::SlidingLog::make(rule);
      break;
    case Algorithm::concurrency:
      kind_ = Kind::concurrency;
      code_.concurrency = {rule.count};
      break;
    case Algorithm::unlimited:
      break;
  }
  salt_->kinds.fetch_or(std::uint32_t{1} << static_cast<unsigned>(kind_), std::memory_order_relaxed);
}

}  // namespace weir::store
