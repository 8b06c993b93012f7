// analytics.hpp: who used what, when, counted beside a limiter. Needs the standard library alone.
//
//   weir::Analytics analytics(store);
//   const auto counted = analytics.limit("per-user");
//   const weir::Decision d = limiter.limit("user:42");
//   counted.record("user:42", d);
//
// Counts are kept in this process, in bounded memory, and written to the store's Redis by flush(): then gateways on the
// same Redis and namespace tell of them, too (GET /api/v1/analytics/..., `weir top`). No thread and no timer does that:
// inside weir::lambda::run() it is done after each answer, within the flush budget; elsewhere call it once a second or
// so.
#pragma once

#include <weir/decision.hpp>
#include <weir/export.hpp>
#include <weir/key.hpp>
#include <weir/store.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace weir {

struct AnalyticsOptions {                                       // as in weir.yaml; the same in all that share a Redis
  std::chrono::milliseconds retention = std::chrono::days(30);  // what is older is forgotten
  std::chrono::milliseconds bucket = std::chrono::minutes(1);   // the finest step of time
  std::size_t top = 1000;                                       // how many keys of a ranking are kept
};

class WEIR_API Analytics {
 public:
  // Throws std::invalid_argument unless 1 s <= bucket <= retention and top is 1 to 10000; or when the store is Redis in
  // layout upstash, for which this is not available yet. Of a memory store all stays in this process.
  explicit Analytics(std::shared_ptr<Store> store, const AnalyticsOptions& options = {});
  Analytics(const Analytics&) = delete;
  Analytics& operator=(const Analytics&) = delete;
  ~Analytics();  // waits for nothing: what was not flushed is lost

  struct WEIR_LOCAL Impl;

  // A limit by its name. Keeps what it counts for alive.
  class WEIR_API Limit {
   public:
    // What became of a call of this key, at `cost` units; nothing when the store failed to decide and nobody did in its
    // place. Any thread, no wait; some 50 ns and the time.
    void record(Key key, const Decision& decision, std::int64_t cost = 1) const noexcept;

   private:
    friend class Analytics;
    Limit(std::shared_ptr<Impl> impl, std::uint32_t id) : impl_(std::move(impl)), id_(id) {}
    std::shared_ptr<Impl> impl_;
    std::uint32_t id_;
  };
  // Takes a lock: once for a limit. Beyond 10,000 names all are `other`.
  [[nodiscard]] Limit limit(std::string_view name) const;

  // Writes what was counted and is not known to be in Redis. Waits for it until then, but not for a Redis that is known
  // to be away. False: not all of it is known to be there; the next call makes up for it. True at once of a memory
  // store.
  bool flush(std::chrono::steady_clock::time_point until);

  [[nodiscard]] std::uint64_t dropped() const noexcept;  // records that were lost for want of room

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace weir
