// memory_store.hpp: the store in this process. Flat, sharded, bounded, exact under contention; no thread of its own.
//
//   memory_store   calls: one check, several as one, reservations; which locks are taken in which order
//   ledger         what is held, and which ids were answered
//   shard          a lock and its tables: a key's state is looked up, changed, written back
//   table          the flat hash table: layout, invariants, eviction
//   codecs, space  how a state lies in a slot
//
// Locks: the ledger's before any shard's, shards' in ascending order. None is held while a caller's code runs.
#pragma once

#include "store/memory/key_hash.hpp"
#include "store/memory/ledger.hpp"
#include "store/memory/shard.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace weir::store {

struct MemoryOptions {
  std::int64_t max_keys = 10'000'000;  // at least 1; an open log of many calls counts as several
};

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(MemoryOptions options = {});
  ~MemoryStore() override;

  // One check of a space that neither holds nor is unlimited: tens of nanoseconds, no allocation but for a table that
  // grows. A cache miss is spared by calling `locate` first and reading the clock between the two.
  struct Place {
    Shard* shard;
    std::uint64_t hash;
    Shard::Home home;
  };
  [[nodiscard, gnu::always_inline]] Place locate(const MemorySpace& space, Key key) const noexcept {
    const std::uint64_t hash = key_hash_(key) ^ space.salt();
    Shard& shard = shard_of(hash);
    return {&shard, hash, shard.prefetch(space, hash)};
  }
  [[nodiscard, gnu::always_inline]] static Verdict take(const MemorySpace& space, const Place& place, Instant now,
                                                        std::int64_t cost) noexcept {
    const std::lock_guard guard(place.shard->lock);
    return place.shard->take(space, place.home, place.hash, within(now), cost);
  }
  Verdict take_one(const Space& space, Key key, Instant now, std::int64_t cost) noexcept;
  // Each key for itself, in order; the keys' memory is fetched all at once. As long as `keys`: verdicts.
  void take_many(const Space& space, std::span<const Key> keys, Instant now, std::int64_t cost,
                 std::span<Verdict> verdicts) noexcept;

  // All or nothing; allocates only for an id. `verdicts` is as long as the checks.
  [[nodiscard]] Status decide_now(const Call& call, std::span<Verdict> verdicts);
  [[nodiscard]] Settled settle_now(std::string_view id, std::span<const std::int64_t> amounts, Instant now);
  [[nodiscard]] Settled renew_now(std::string_view id, Nanos lease, Instant now);
  void charge_now(const Space& space, Key key, Instant now, std::int64_t units) noexcept;
  void reset_now(const Space& space, Key key);
  void reset_all_now(const Space& space);

  struct Statistics {
    std::uint64_t keys = 0;       // in use, those included whose time has passed and that nobody came by
    std::uint64_t evictions = 0;  // living keys that were given up for others
    std::uint64_t ids = 0;        // remembered by the ledger
  };
  [[nodiscard]] Statistics statistics() const;

  std::shared_ptr<const Space> open(std::string_view name, const Rule& rule) override;
  [[nodiscard]] bool immediate() const override { return true; }
  void decide(const Call& call, std::move_only_function<void(Answer)> done) override;
  void settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now,
              std::move_only_function<void(Settled)> done) override;
  void renew(std::string_view id, Nanos lease, Instant now, std::move_only_function<void(Settled)> done) override;
  void reset(const Space& space, Key key, Instant now, std::move_only_function<void(Settled)> done) override;
  void reset_all(const Space& space, Instant now, std::move_only_function<void(Settled)> done) override;
  void charge(const Space& space, std::span<const Charge> charges, Instant now,
              std::move_only_function<void(Status)> done) override;

  // Before 1970 and after 2106 time stands still here: slots have no room for it, and a bucket's ten years ahead.
  static constexpr Instant last = std::chrono::sys_days(std::chrono::year(2106) / 1 / 1);
  [[nodiscard]] static Instant within(Instant now) noexcept {
    if (now < Instant{}) [[unlikely]]
      return Instant{};
    return now > last ? last : now;
  }

 private:
  struct Located;  // a check and where its counter is
  class Locked;    // the locks of some checks' shards

  using SpaceName = std::tuple<std::string, Algorithm, Period::Kind, std::int64_t, std::int64_t>;

  [[nodiscard]] std::size_t locate_all(const Call& call, std::span<Located> located) const noexcept;
  [[nodiscard]] bool judge(const Call& call, std::span<Located> located, std::span<Verdict> verdicts);
  [[nodiscard]] bool charge(const Call& call, std::span<Located> located) noexcept;
  [[nodiscard]] Status decide_with_ledger(const Call& call, std::span<Located> located, std::span<Verdict> verdicts);
  void settle_part(Part& part, std::int64_t used, Instant held_at, Instant now);

  Budget budget_;
  // By the upper bits of the hash; in two steps, as no bits at all would be a shift by 64.
  [[nodiscard]] Shard& shard_of(std::uint64_t hash) const noexcept { return shards_[hash >> 1 >> shard_shift_]; }
  [[nodiscard]] std::size_t shard_count() const noexcept { return std::size_t{1} << (63 - shard_shift_); }

  KeyHash key_hash_;
  unsigned shard_shift_ = 63;
  std::unique_ptr<Shard[]> shards_;

  mutable std::mutex ledger_lock_;
  Ledger ledger_;

  std::mutex salts_lock_;
  std::map<SpaceName, std::weak_ptr<Salt>> salts_;
};

}  // namespace weir::store
