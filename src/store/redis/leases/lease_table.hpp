// lease_table.hpp: the leases of this process. Pure but for its locks: it is told the time, and says what to ask Redis.
//
// A key has at most two leases: one that is spent, and one that was fetched ahead while the first was running out.
// Units leave a lease before they are spent or given back, under a lock, so that none is both.
#pragma once

#include "store/memory/key_hash.hpp"
#include "store/redis/leases/lease.hpp"
#include "store/redis/leases/lease_share.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace weir::store::redis {

class LeaseTable {
 public:
  explicit LeaseTable(std::size_t max_keys = 100'000) : max_keys_of_shard_(max_keys / shard_count + 1) {}

  using Errands = std::vector<LeaseErrand>;

  // Spends `cost` > 0 units, if they are here. Notes the use either way; adds an errand when it is time for one.
  [[nodiscard]] std::optional<Verdict> take(const RedisSpace& space, Key key, std::int64_t cost, Deadline now,
                                            std::uint32_t instances, Errands& errands);
  // Units that `take` took a moment ago and that were not spent after all.
  void untake(const RedisSpace& space, Key key, std::int64_t cost, Deadline now);

  // What became of an errand. Nothing was granted: none is asked for during a while.
  void granted(const LeaseErrand& errand, Lease lease, Deadline now, Errands& errands);
  void not_granted(const LeaseErrand& errand, Deadline now);

  // What has ended in a part of the table: adds errands that give it back. Forgets keys that are not used.
  void sweep(Deadline now, Errands& errands);
  // Everything: the table is empty then.
  void give_back_all(Errands& errands);
  // Their units are neither spent nor given back: the key was reset.
  void forget(const RedisSpace& space, Key key);
  void forget(const RedisSpace& space);

  [[nodiscard]] bool empty() const { return keys_.load(std::memory_order_relaxed) == 0; }
  [[nodiscard]] std::size_t keys() const { return keys_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::shared_ptr<const RedisSpace> space;
    std::string text;
    std::optional<std::uint64_t> number;
    Lease current;
    Lease next;
    LeaseUse use;
    Deadline quiet_until{};    // asks for nothing
    std::uint64_t asking = 0;  // the number of resets when an errand went out, plus 1; 0: none is out
    std::uint64_t resets = 0;
    std::vector<LeaseReturn> back;  // with the next errand

    [[nodiscard]] bool is(const RedisSpace& its, Key key) const;
    void drop_ended(Deadline now);
    void put_back(Lease& lease);
    [[nodiscard]] LeaseErrand errand(std::int64_t want, Deadline now);
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    boost::unordered_flat_map<std::uint64_t, Entry> entries;
  };
  static constexpr std::size_t shard_count = 64;

  [[nodiscard]] std::uint64_t hash(const RedisSpace& space, Key key) const;
  [[nodiscard]] Shard& shard_of(std::uint64_t hash) { return shards_[hash >> 58]; }
  [[nodiscard]] Entry* find(Shard& shard, std::uint64_t hash, const RedisSpace& space, Key key);
  [[nodiscard]] Entry* find_or_add(Shard& shard, std::uint64_t hash, const RedisSpace& space, Key key);

  const KeyHash key_hash_;
  const std::size_t max_keys_of_shard_;
  std::array<Shard, shard_count> shards_;
  std::atomic<std::size_t> keys_{0};
  std::atomic<std::size_t> swept_{0};
};

}  // namespace weir::store::redis
