// analytics.cpp: weir::Analytics, the library's side of this room.
#include <weir/analytics.hpp>

#include "analytics/recorder.hpp"
#include "analytics/sharing.hpp"
#include "limiter/store_handle.hpp"
#include "store/due/due_work.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace weir {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t most_top = 10'000;

analytics::Terms terms_of(const AnalyticsOptions& options) {
  if (options.bucket < std::chrono::seconds(1) || options.retention < options.bucket ||
      options.retention > std::chrono::days(3660)) {
    throw std::invalid_argument("analytics need 1 s <= bucket <= retention <= 3660 days");
  }
  if (options.top < 1 || options.top > most_top) throw std::invalid_argument("analytics need a top of 1 to 10000");
  return {.bucket = options.bucket.count(), .retention = options.retention.count(), .top = options.top};
}

// None: nobody was asked, so nobody answered.
std::optional<analytics::Outcome> outcome_of(const Decision& decision) {
  switch (decision.reason) {
    case Reason::shadow:
      return analytics::Outcome::shadowed;
    case Reason::denied:
      return analytics::Outcome::denied;
    case Reason::store_timeout:
    case Reason::store_down:
      if (!decision.limit) return std::nullopt;
      [[fallthrough]];
    case Reason::ok:
    case Reason::limited:
    case Reason::cost_above_limit:
    case Reason::cached:
      return decision.allowed ? analytics::Outcome::allowed : analytics::Outcome::limited;
    case Reason::id_conflict:
      break;
  }
  return std::nullopt;
}

}  // namespace

struct Analytics::Impl {
  explicit Impl(std::shared_ptr<Store> its_store) : store(std::move(its_store)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { recorder.share(nullptr); }

  [[nodiscard]] Instant now() const { return limiter::now_of(store->impl().clock); }
  bool flush(steady_clock::time_point until) {
    if (!sharing) return true;
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    return sharing->flush_all(now(), std::max(left, milliseconds(0)));
  }

  const std::shared_ptr<Store> store;
  analytics::Recorder recorder;
  std::optional<analytics::Sharing> sharing;
};

Analytics::Analytics(std::shared_ptr<Store> store, const AnalyticsOptions& options) {
  if (store == nullptr) throw std::invalid_argument("analytics need a store");
  const analytics::Terms terms = terms_of(options);
  store::Store& room = *store->impl().room;
  auto records = room.records();
  if (records == nullptr && !room.immediate()) {
    throw std::invalid_argument("analytics of this store are not available yet: use layout weir");
  }
  impl_ = std::make_shared<Impl>(std::move(store));
  impl_->recorder.configure(terms);
  if (records == nullptr) return;
  impl_->sharing.emplace(impl_->recorder, records);
  store::due_work().add(impl_, [weak = std::weak_ptr(impl_)](store::DueWork::Deadline until) {
    if (const auto impl = weak.lock()) impl->flush(until);
  });
}

Analytics::~Analytics() = default;

Analytics::Limit Analytics::limit(std::string_view name) const { return {impl_, impl_->recorder.limit(name)}; }

void Analytics::Limit::record(Key key, const Decision& decision, std::int64_t cost) const noexcept {
  const auto outcome = outcome_of(decision);
  if (!outcome) return;
  const bool charged = decision.allowed && decision.limit && decision.reason != Reason::shadow;
  impl_->recorder.decided(id_, key, *outcome, charged ? cost : 0, impl_->now());
}

bool Analytics::flush(steady_clock::time_point until) { return impl_->flush(until); }

std::uint64_t Analytics::dropped() const noexcept { return impl_->recorder.dropped(); }

}  // namespace weir
