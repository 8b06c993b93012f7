#include "store/redis/upstash/cached_fixed_window.hpp"

#include "store/redis/upstash/decide.hpp"

#include <algorithm>

namespace weir::store::redis::upstash {

using limits::Verdict;

CachedFixedWindow::Count* CachedFixedWindow::find(std::string_view identifier, Instant now) {
  const auto found = counts_.find(std::string(identifier));
  if (found == counts_.end()) return nullptr;
  if (found->second.window == window_of(terms_, now)) return &found->second;
  if (found->second.window < window_of(terms_, now)) counts_.erase(found);
  return nullptr;
}

std::optional<Verdict> CachedFixedWindow::decide(std::string_view identifier, std::int64_t cost, Instant now) {
  Count* const count = find(identifier, now);
  if (count == nullptr) return std::nullopt;
  State state{.first = static_cast<double>(count->known + count->pending)};
  Terms terms = terms_;
  terms.limit = count->limit;
  const Verdict verdict = take(terms, state, now, cost);
  count->pending = static_cast<std::int64_t>(*state.first) - count->known;
  return verdict;
}

void CachedFixedWindow::learn(std::string_view identifier, const Verdict& verdict, Instant now) {
  const std::int64_t used = verdict.limit - verdict.remaining + verdict.debt;
  if (Count* const count = find(identifier, now)) {
    count->known = std::max(count->known, used);
    count->limit = verdict.limit;
    return;
  }
  const std::int64_t window = window_of(terms_, now);
  if (counts_.size() >= most_keys_) {
    std::erase_if(counts_, [window](const auto& entry) { return entry.second.window < window; });
  }
  if (counts_.size() >= most_keys_) return;
  counts_.insert_or_assign(std::string(identifier), Count{.window = window, .limit = verdict.limit, .known = used});
}

void CachedFixedWindow::charged(std::string_view identifier, std::int64_t cost, const Verdict& verdict, Instant now) {
  if (Count* const count = find(identifier, now)) count->pending -= cost;
  learn(identifier, verdict, now);
}

void CachedFixedWindow::forget(std::string_view identifier) { counts_.erase(std::string(identifier)); }

}  // namespace weir::store::redis::upstash
