// store.hpp: where counters live. Limiters that share a Store (and a prefix) share their counters.
#pragma once

#include <weir/clock.hpp>
#include <weir/export.hpp>
#include <weir/store_health.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string_view>

namespace weir {

namespace store {
class Store;
}

// Why a reservation could not be settled or renewed.
enum class SettleError : std::uint8_t {
  unknown,   // no such id, or it is forgotten: ids are kept for the longer of their lease and 10 minutes
  conflict,  // it was settled before with another amount
  down,      // the store did not answer
};
using Settled = std::expected<void, SettleError>;

// What a memory store holds, read shard by shard, so of no single moment; and what a remote one is still owed from the
// time it did not answer, in this process.
struct StoreStatistics {
  std::uint64_t keys = 0;       // in use, also those whose time has passed and that nobody came by since
  std::uint64_t evictions = 0;  // living keys that were forgotten for others, at the bound
  std::uint64_t ids = 0;        // of reservations and of calls with an id, remembered
  std::uint64_t owed = 0;       // keys of which units granted without the store wait to be charged; at most 100,000
  std::uint64_t unsettled = 0;  // settlements that wait to be sent again; at most 100,000
  std::uint64_t forgiven = 0;   // of both, dropped at the bound or, settlements, after an hour
};

// A handle: make one with `memory_store`, give it to limiters, and settle reservations by their ids through it.
// Safe from any thread. Blocking calls wait for a remote store at most its timeout; the memory store never waits.
class WEIR_API Store : public std::enable_shared_from_this<Store> {
 public:
  // Of a store that is not made by the functions below; `clock`, when given, must outlive the handle. `max_local_keys`
  // bounds what is counted in this process while a remote store does not answer.
  explicit Store(std::shared_ptr<store::Store> room, Clock* clock = nullptr, std::int64_t max_local_keys = 10'000'000);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Settles a reservation with what was really used, >= 0: one number for each part, or one for all of them. What was
  // not used goes back to the window it was held in, what was used beyond is charged now. Applies once; the same
  // amounts again succeed. `down`: it is sent again when the store answers, for up to an hour.
  Settled settle(std::string_view id, std::int64_t amount);
  Settled settle(std::string_view id, std::span<const std::int64_t> amounts);
  Settled release(std::string_view id) { return settle(id, 0); }
  // Moves the end of an open reservation's lease to `lease` from now; `unknown` when it has ended.
  Settled renew(std::string_view id, std::chrono::nanoseconds lease);

  // The same without waiting, by Boost.Asio completion tokens for void(Settled): include <weir/asio.hpp>. Of a handle
  // that a shared_ptr owns, as the functions below make them.
  template <class Token>
  auto async_settle(std::string_view id, std::int64_t amount, Token&& token);
  template <class Token>
  auto async_release(std::string_view id, Token&& token);
  template <class Token>
  auto async_renew(std::string_view id, std::chrono::nanoseconds lease, Token&& token);

  [[nodiscard]] StoreStatistics statistics() const;  // some microseconds
  [[nodiscard]] StoreHealth health() const;

  struct WEIR_LOCAL Impl;  // the limiter's view of this handle
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<Impl> impl_;  // shared with calls that are still to be answered
};

struct MemoryStoreOptions {
  std::int64_t max_keys = 10'000'000;  // the bound: beyond it, idle keys are forgotten first
  Clock* clock = nullptr;              // of its limiters and of settling by id; none: the system's
};

// Counters in this process. Starts small and grows with its keys; no thread, nothing to close.
[[nodiscard]] WEIR_API std::shared_ptr<Store> memory_store(const MemoryStoreOptions& options = {});

// The memory store of every limiter that names no store of its own.
[[nodiscard]] WEIR_API const std::shared_ptr<Store>& default_store();

}  // namespace weir
