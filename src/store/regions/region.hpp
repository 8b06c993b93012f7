// region.hpp: one region's store, and what it has missed: sent when it answers, a batch at a time, in the order of its
// making good: resets, charges or requests, settlements.
//
// Nothing runs by itself, nobody waits for it. Bounded: see Books, MissedRequests and Unsettled; so many resets, for an
// hour.
#pragma once

#include "store/owed/books.hpp"
#include "store/owed/unsettled.hpp"
#include "store/owned_key.hpp"
#include "store/regions/missed_requests.hpp"
#include "store/regions/presence.hpp"
#include "store/store.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace weir::store {

// A reset that did not reach the region.
struct MissedReset {
  std::shared_ptr<const Space> space;  // of the region
  std::optional<OwnedKey> key;         // none: all of them
  Instant since{};
};

class Region : public std::enable_shared_from_this<Region> {
 public:
  static constexpr std::size_t max_resets = 10'000;
  static constexpr std::size_t settle_at_once = 32;
  static constexpr std::chrono::nanoseconds resets_kept = std::chrono::hours(1);

  // The name is said to people.
  Region(std::string name, std::shared_ptr<Store> store) : name_(std::move(name)), store_(std::move(store)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Store& store() const { return *store_; }
  [[nodiscard]] Books& books() { return books_; }
  [[nodiscard]] const std::shared_ptr<Presence>& presence() const { return presence_; }

  // Units of a call that were decided elsewhere; below 0: given back, of what was charged at `at`.
  void owe(const std::shared_ptr<const Book>& book, Key key, std::int64_t units, Instant at);
  // The same where requests are kept one by one: what it does not know of one of them.
  void owe(const std::shared_ptr<const Space>& space, Key key, Instant at, RequestChange change,
           RequestName held = nullptr);
  [[nodiscard]] MissedRequests& requests() { return requests_; }
  void keep(Settlement settlement);
  void keep(MissedReset reset);
  void failed() { presence_->failed(); }
  // The region said something: it is sent what it has missed. Two loads when that is nothing.
  void answered(Instant now) {
    presence_->answered(now);
    if (behind_.load(std::memory_order_relaxed)) [[unlikely]]
      catch_up(now);
  }

  // A reset is still to come: it knows what others have forgotten.
  [[nodiscard]] bool lacks_a_reset() const { return lacking_.load() > 0; }

  // Keys, requests, ids and resets that wait to be sent, and how many were dropped at a bound.
  [[nodiscard]] std::size_t missed() const;
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  void catch_up(Instant now);
  // One after the other, each with the answer of the one before.
  void send_next(Instant now);
  void send(MissedReset reset, Instant now);
  void send(const std::shared_ptr<const Batch>& batch, Instant now);
  void send(const std::shared_ptr<const AmendmentBatch>& batch, Instant now);
  void send(std::vector<Settlement> settlements, Instant now);
  // It does not answer any more, or all has been sent.
  void pause();
  [[nodiscard]] std::optional<MissedReset> next_reset(Instant now);

  const std::string name_;
  const std::shared_ptr<Store> store_;
  const std::shared_ptr<Presence> presence_ = std::make_shared<Presence>();
  Books books_;
  MissedRequests requests_;
  Unsettled unsettled_;
  mutable std::mutex resets_mutex_;
  std::deque<MissedReset> resets_;
  std::uint64_t dropped_resets_ = 0;
  std::atomic<std::size_t> lacking_{0};  // resets, that under way included
  std::atomic<bool> behind_{false};
  std::atomic<bool> sending_{false};
};

}  // namespace weir::store
