// recorder.hpp: where decisions, tokens and invocations are told, and where they can be looked up.
//
//   worker 1 --> its batch --+
//   worker 2 --> its batch --+-- collect() --> ledger <-- queries
//   worker N --> its batch --+
//
// Each thread records into a batch of its own: two atomic operations on a cache line that nobody else writes but once a
// second, when collect() puts an empty batch in its place. No thread waits for another, whatever the others do.
#pragma once

#include "analytics/batch.hpp"
#include "store/memory/key_hash.hpp"

#include <weir/clock.hpp>
#include <weir/key.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::analytics {

// A slice and the time that it is of: begin <= t < end.
struct Seen {
  Millis begin = 0;
  Millis end = 0;
  const Slice* slice = nullptr;
};
using SeenSlices = std::span<const Seen>;

// A slice that another process has counted.
struct Foreign {
  Millis begin = 0;
  Millis end = 0;
  std::shared_ptr<const Slice> slice;
};
using HashOfKey = std::function<std::uint64_t(std::string_view key)>;

// Where other processes' slices are read.
class Others {
 public:
  virtual ~Others() = default;
  // All that has a part in from <= t < to, of what is kept at `now`. May wait for it, for a second at most.
  [[nodiscard]] virtual std::vector<Foreign> read(Millis from, Millis to, Millis now) = 0;
};

// A key that a limit counted.
struct CountedFor {
  LimitId limit = 0;
  Key key;
};

class Recorder {
 public:
  // Of all batches; the ledger has as much again and a half.
  static constexpr std::size_t batches_bytes = std::size_t{8} << 20;
  static constexpr std::size_t most_threads = 64;  // each with a batch of its own; more share

  Recorder() = default;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

  // None: off, which it is until this is called; what was recorded is forgotten.
  void configure(const std::optional<Terms>& terms);
  [[nodiscard]] bool is_on() const noexcept { return on_.load(std::memory_order_relaxed); }
  [[nodiscard]] Terms terms() const;

  // What stands for a limit from now on. Takes a lock: once, when the configuration is read. Beyond most_limits names
  // all are `other`.
  [[nodiscard]] LimitId limit(std::string_view name);

  // All of these: any thread, no wait, nothing while it is off. What there was no memory for counts as dropped.
  // About 50 ns. `cost`: what was charged.
  void decided(LimitId limit, Key key, Outcome outcome, std::int64_t cost, Instant now) noexcept;
  // What was charged later, or given back.
  void charged(LimitId limit, std::int64_t cost, Instant now) noexcept;
  // What a call of a model took; `keys` of the request's limits.
  void took(std::string_view upstream, std::string_view model, const Tokens& tokens, std::span<const CountedFor> keys,
            Instant now) noexcept;
  // What became of a request to a function of AWS Lambda. `reason`: empty but for throttles and sheds.
  void invoked(std::string_view function, std::string_view outcome, std::string_view reason, Instant now) noexcept;

  // Records that were lost: no memory, or older slices that had to make room.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

  // Takes over what was recorded; once a second, by whoever has a timer. Queries do it, too.
  void collect(Instant now);

  // Who is asked for what other processes have counted; null: nobody. Whoever it is knows nothing of this one yet.
  void share(std::shared_ptr<Others> others);
  // What tells its slices from all others: another one whenever it is turned on. Empty while it is off.
  [[nodiscard]] std::string instance() const;
  // First of all `known` was written (Ledger::told); with `all_is_lost` nothing ever was. Then visit(change, slice) as
  // Ledger::each_changed has it. Recording goes on meanwhile, queries wait.
  template <class Visit>
  void each_changed(std::span<const SliceChange> known, bool all_is_lost, Visit visit) {
    const std::scoped_lock lock(mutex_);
    for (const SliceChange& one : known) ledger_.told(one);
    if (all_is_lost) ledger_.nothing_is_told();
    if (is_on()) ledger_.each_changed(visit);
  }
  // Of a key's text, as the tables of this process have it.
  [[nodiscard]] std::uint64_t hash_of(std::string_view key) const { return hash_(Key(key)); }

  // Calls look(slices) with all that has a part in from <= t < to, up to this moment, of all processes that share it:
  // waits for the store where there is one, and so is not for a worker. Recording goes on meanwhile.
  template <class Look>
  void look_at(Millis from, Millis to, Instant now, Look look) {
    const std::vector<Foreign> foreign = others(from, to, now);
    const std::scoped_lock lock(mutex_);
    collect_locked(now);
    std::vector<Seen> seen;
    for (const Foreign& one : foreign) seen.push_back({one.begin, one.end, one.slice.get()});
    ledger_.each(from, to, [&](Millis begin, Millis end, const Slice& slice) { seen.push_back({begin, end, &slice}); });
    look(SeenSlices(seen));
  }

  // Of each limit that ever recorded something, all of it since the process began: for who shows differences.
  using Totals = std::map<std::string, Counts, std::less<>>;
  [[nodiscard]] Totals totals(Instant now);

 private:
  struct alignas(64) Shard {
    std::atomic<Batch*> batch{nullptr};  // null while its thread writes, and before there is one
    std::atomic<bool> made{false};
  };
  class Writing;

  [[nodiscard]] Shard& own_shard();
  void make(Shard& shard);
  [[nodiscard]] Batch::Bounds bounds() const;
  [[nodiscard]] std::vector<Foreign> others(Millis from, Millis to, Instant now);
  void drain(const std::function<void(Millis bucket, const Slice& slice)>& take);
  void collect_locked(Instant now);
  void drop(std::uint64_t records = 1) noexcept { dropped_.fetch_add(records, std::memory_order_relaxed); }

  store::KeyHash hash_;
  std::atomic<bool> on_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::array<Shard, most_threads> shards_;

  mutable std::mutex mutex_;  // of all below; no thread that records takes it but once in its life
  std::vector<std::string> names_;
  std::map<std::string, LimitId, std::less<>> ids_;
  std::size_t threads_ = 0;  // that have a batch
  std::unique_ptr<Batch> spare_;
  Ledger ledger_{Terms{}};
  Totals totals_;
  std::string instance_;
  std::shared_ptr<Others> others_;
};

}  // namespace weir::analytics
