// last_answers.hpp: what a remote store last said of its keys, so that a process that must decide without it starts
// from there.
//
// Written with every answer, so flat and cheap: one slot a hash, 40 bytes, a newer key takes an older one's place. A
// key that is not here is one of which nothing is known. Keys are kept as 128 keyed bits.
#pragma once

#include <weir/decision.hpp>
#include <weir/key.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace weir::limiter {

struct LastAnswer {
  std::int64_t used = 0;  // units, by everybody
  Instant at{};           // when that was said
  bool begun = false;     // the local limiter has started from it
};

class LastAnswers {
 public:
  static constexpr std::size_t bound = 100'000;  // keys

  explicit LastAnswers(std::size_t entries = bound);

  // `counter` says which of several counters of one key is meant.
  void note(std::uint64_t counter, Key key, const LastAnswer& answer);
  [[nodiscard]] std::optional<LastAnswer> find(std::uint64_t counter, Key key);
  // The same, and notes that the local limiter starts from it now.
  [[nodiscard]] std::optional<LastAnswer> begin(std::uint64_t counter, Key key);
  void forget(std::uint64_t counter, Key key);
  void forget_all();

 private:
  struct Hash {
    std::uint64_t slot = 0;
    std::uint64_t check = 0;
    friend bool operator==(const Hash&, const Hash&) = default;
  };
  struct Slot {
    Hash hash;
    LastAnswer answer;
    bool filled = false;
  };

  [[nodiscard]] Hash hash_of(std::uint64_t counter, Key key) const;
  [[nodiscard]] Slot& slot_of(const Hash& hash) { return slots_[hash.slot % entries_]; }
  [[nodiscard]] std::mutex& mutex_of(const Hash& hash) { return mutexes_[hash.slot % entries_ % mutexes_.size()]; }

  const std::size_t entries_;
  const std::uint64_t seed_;
  std::once_flag allocated_;
  std::atomic<bool> used_{false};  // nothing was noted yet: no slots
  std::vector<Slot> slots_;
  std::array<std::mutex, 64> mutexes_;
};

}  // namespace weir::limiter
