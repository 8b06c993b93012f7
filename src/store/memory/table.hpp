// table.hpp: a flat hash table of fixed-width counters, the heart of the memory store.
//
// Layout. A slot is a tag and 1, 2 or 3 words: 16, 24 or 32 bytes. Eight slots are a group, which starts on a cache
// line. A key's home group is the high half of (hash * groups), so that a table of any size can be had and growing
// moves keys in order.
//
//   tag    0: empty, never used since the table was made     1: vacated     else: the hash, with the lowest bit saying
//          that the key's last call was refused
//   word0  when the key will be as good as new, in a unit in which larger is later. The table knows no more of a state;
//          what a slot owns besides (a sliding log's ring) the Owner frees.
//
// Invariants.
//   1. A key sits in the first group of its walk (home, home + 1, ...) that had room; a walk ends behind the first
//      group with an empty slot. Slots never become empty again but by rebuilding, so no walk is ever cut short.
//   2. At most 7 of 8 slots are not empty, in a table of up to 4096 slots, where memory does not matter, at most half:
//      every walk ends, the mean look-up touches 1.1 groups.
//   3. Slots in use never exceed what the owner allows; beyond that a slot is taken from another key: within the group
//      the idle before those being limited, among equals the one that would be as good as new soonest. A limited one
//      that has no idle beside it is spared for the first idle one in the groups behind.
//
// There is no sweeper. A slot whose word0 has passed is taken over by the next key that comes by, and left behind when
// the table is rebuilt. Not thread-safe: the shard's lock is held around every call but `prefetch`.
#pragma once

#include "store/memory/pages.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace weir::store {

template <int Words>
struct Slot {
  std::uint64_t tag;
  std::array<std::uint64_t, Words> word;
};

inline constexpr std::uint64_t tag_empty = 0;
inline constexpr std::uint64_t tag_vacated = 1;
inline constexpr std::uint64_t tag_refused = 1;  // the bit, in the tag of a slot in use

// Of slots that own nothing. `free` returns what the slot weighed beyond 1.
struct NothingOwned {
  template <class Words>
  static std::uint64_t free(const Words&) noexcept {
    return 0;
  }
};

template <int Words, class Owner = NothingOwned>
class Table {
 public:
  using SlotType = Slot<Words>;
  static constexpr std::size_t group = 8;  // slots
  static constexpr std::size_t half = group / 2;

  // Where a walk starts: the half of a key's home group that most keys lie in.
  struct Home {
    SlotType* slots = nullptr;  // the table as it was when this was found
    std::size_t groups = 0;
    SlotType* half = nullptr;
  };
  // Brings a key's home into the cache. May be called without the lock: a stale home does no harm, it is seen as such.
  [[nodiscard]] Home prefetch(std::uint64_t hash) const noexcept {
    Home found{slots_.load(std::memory_order_relaxed), groups_.load(std::memory_order_relaxed), nullptr};
    if (found.slots == nullptr) [[unlikely]]
      return found;
    found.half = found.slots + home(hash, found.groups) + first(hash);
    __builtin_prefetch(found.half, 1);
    return found;
  }
  // The key's slot if it lies in its home group; else null, and nothing is known.
  [[nodiscard]] SlotType* find_at_once(const Home& home, std::uint64_t hash) const noexcept {
    if (home.half == nullptr || home.slots != slots_.load(std::memory_order_relaxed) ||
        home.groups != groups_.load(std::memory_order_relaxed)) [[unlikely]] {
      return nullptr;
    }
    if (home.groups <= small / group) {
      // Roomy: most keys have their favourite. A branch that is foretold waits for no comparison.
      SlotType* const own = home.half + favourite(hash);
      if ((own->tag | tag_refused) == tag_of(hash)) return own;
    }
    SlotType* found = among(home.half, tag_of(hash));
    return found != nullptr ? found : among(first(hash) == 0 ? home.half + half : home.half - half, tag_of(hash));
  }

  Table() = default;
  ~Table() {
    if constexpr (!std::is_same_v<Owner, NothingOwned>) for_each([this](SlotType& slot) { release(slot); });
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // The key's slot, or null.
  [[nodiscard]] SlotType* find(std::uint64_t hash) noexcept {
    SlotType* slots = slots_.load(std::memory_order_relaxed);
    if (slots == nullptr) return nullptr;
    const std::uint64_t tag = tag_of(hash);
    SlotType* begin = slots + home(hash, groups_.load(std::memory_order_relaxed));
    SlotType* found = among(begin + first(hash), tag);
    return found != nullptr ? found : find_further(begin, hash, tag);
  }

  // A zeroed slot for a key that `find` did not find. `room`: whether one more slot may come into use. Word0 below
  // `cutoff` has passed. Null only when there is no room and nothing here to take, or no memory at all.
  // Adds to `evicted` when a living key had to go.
  [[nodiscard]] SlotType* place(std::uint64_t hash, std::uint64_t cutoff, bool room, std::uint64_t& evicted) noexcept;

  // Gives up one key for another: from this hash's home on the first that is idle, among those in the neighbourhood;
  // else the first of all. False: none here.
  [[nodiscard]] bool evict_near(std::uint64_t hash, std::uint64_t cutoff, std::uint64_t& evicted) noexcept;

  // Forgets a key.
  void vacate(SlotType& slot) noexcept {
    release(slot);
    --change_;
    slot.tag = tag_vacated;
  }

  // By how much the weight of what is here has changed since last asked: 1 for a slot in use, and what it owns.
  [[nodiscard]] std::int64_t change() noexcept { return std::exchange(change_, 0); }

  // Calls f(slot) for each slot in use.
  template <class F>
  void for_each(F f) {
    SlotType* slots = slots_.load(std::memory_order_relaxed);
    const std::size_t count = capacity();
    for (std::size_t at = 0; at < count; ++at) {
      if (slots[at].tag > tag_vacated) f(slots[at]);
    }
  }

  [[nodiscard]] std::size_t capacity() const noexcept { return groups_.load(std::memory_order_relaxed) * group; }

 private:
  // Numbers 2 and above, the refused bit set: what `slot.tag | tag_refused` is for this key.
  static std::uint64_t tag_of(std::uint64_t hash) noexcept { return hash < 4 ? 5 : hash | tag_refused; }

  // The upper bits choose the shard, so the product is taken over the others.
  static std::size_t home(std::uint64_t hash, std::size_t groups) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::size_t>((static_cast<Wide>(hash << shard_bits_max) * groups) >> 64) * group;
  }

  // The half of its group where a key's walk starts: with one word it is a cache line, and most look-ups touch no
  // other.
  static std::size_t first(std::uint64_t hash) noexcept { return (hash & 2) * 2; }

  void release(const SlotType& slot) noexcept { change_ -= static_cast<std::int64_t>(Owner::free(slot.word)); }

  static constexpr std::size_t small = 4096;          // slots
  static constexpr std::size_t neighbourhood = 1024;  // slots that are searched for an idle key
  static constexpr std::size_t most_filled(std::size_t slots) noexcept {
    return slots <= small ? slots / 2 : slots / 8 * 7;
  }

  // Of four slots. Without a branch for each: which of them it is can't be foretold.
  static SlotType* among(SlotType* four, std::uint64_t tag) noexcept {
    unsigned match = 0;
    for (unsigned at = 0; at < half; ++at) match |= static_cast<unsigned>((four[at].tag | tag_refused) == tag) << at;
    return match == 0 ? nullptr : four + std::countr_zero(match);
  }
  [[nodiscard]] SlotType* find_further(SlotType* begin, std::uint64_t hash, std::uint64_t tag) noexcept;

  // Within that half, the slot a key takes when it is free.
  static std::size_t favourite(std::uint64_t hash) noexcept { return (hash >> 2) % half; }
  // The order in which a key looks for a slot in its group.
  static std::size_t nth(std::uint64_t hash, std::size_t step) noexcept {
    return (first(hash) ^ (step & half)) + (favourite(hash) + step) % half;
  }

  [[nodiscard]] bool rebuild(std::uint64_t cutoff) noexcept;
  static void insert(SlotType* slots, std::size_t groups, const SlotType& slot) noexcept;

 public:
  static constexpr unsigned shard_bits_max = 10;  // the upper bits of a hash that a store may use to choose a shard

 private:
  std::atomic<SlotType*> slots_{nullptr};  // atomic for `prefetch` alone
  std::atomic<std::size_t> groups_{0};
  std::size_t filled_ = 0;  // slots that are not empty
  std::int64_t change_ = 0;
  Pages pages_;
};

template <int Words, class Owner>
auto Table<Words, Owner>::find_further(SlotType* begin, std::uint64_t hash, std::uint64_t tag) noexcept -> SlotType* {
  SlotType* const slots = slots_.load(std::memory_order_relaxed);
  SlotType* const end = slots + capacity();
  while (true) {
    SlotType* found = among(begin + first(hash), tag);
    if (found == nullptr) found = among(begin + (half - first(hash)), tag);
    if (found != nullptr) return found;
    if (std::any_of(begin, begin + group, [](const SlotType& slot) { return slot.tag == tag_empty; })) return nullptr;
    begin += group;
    if (begin == end) begin = slots;
  }
}

template <int Words, class Owner>
auto Table<Words, Owner>::place(std::uint64_t hash, std::uint64_t cutoff, bool room, std::uint64_t& evicted) noexcept
    -> SlotType* {
  while (true) {
    SlotType* slots = slots_.load(std::memory_order_relaxed);
    const std::size_t groups = groups_.load(std::memory_order_relaxed);
    SlotType* spare = nullptr;   // vacated or empty
    SlotType* passed = nullptr;  // in use, its time is over
    SlotType* victim = nullptr;  // in use, living: the best to take
    bool ended = groups == 0;
    SlotType* begin = ended ? nullptr : slots + home(hash, groups);
    for (std::size_t walked = 0; !ended && walked < groups; ++walked) {
      for (std::size_t step = 0; step < group; ++step) {
        SlotType& slot = begin[nth(hash, step)];
        if (slot.tag == tag_empty) ended = true;
        if (slot.tag <= tag_vacated) {
          if (spare == nullptr) spare = &slot;
        } else if (slot.word[0] < cutoff) {
          if (passed == nullptr) passed = &slot;
        } else if (walked == 0) {
          const bool idler =
              victim == nullptr || (slot.tag & tag_refused) < (victim->tag & tag_refused) ||
              ((slot.tag & tag_refused) == (victim->tag & tag_refused) && slot.word[0] < victim->word[0]);
          if (idler) victim = &slot;
        }
      }
      if (passed != nullptr || (spare != nullptr && spare->tag == tag_vacated)) break;
      begin += group;
      if (begin == slots + groups * group) begin = slots;
    }

    const bool fills = spare != nullptr && spare->tag == tag_empty;
    const bool crowded = spare == nullptr || (fills && filled_ + 1 > most_filled(groups * group));
    SlotType* slot = passed;
    // A limited key alone in its group is spared for an idle one in the groups behind.
    const bool spared = victim != nullptr && (victim->tag & tag_refused) != 0 && spare != nullptr;
    if (slot == nullptr && !room && !spared) slot = victim;
    if (slot == nullptr && crowded && (room || spare != nullptr) && rebuild(cutoff)) continue;
    if (slot == nullptr && room && !crowded) {
      slot = spare;
      ++change_;
    }
    if (slot == nullptr && room) slot = victim;  // no memory to grow
    if (slot == nullptr && !crowded && evict_near(hash, cutoff, evicted)) {
      slot = spare;
      ++change_;
    }
    if (slot == nullptr) return nullptr;
    if (slot == spare && fills) ++filled_;
    if (slot == victim) ++evicted;
    if (slot == victim || slot == passed) release(*slot);
    slot->tag = tag_of(hash) & ~tag_refused;
    slot->word = {};
    return slot;
  }
}

template <int Words, class Owner>
bool Table<Words, Owner>::evict_near(std::uint64_t hash, std::uint64_t cutoff, std::uint64_t& evicted) noexcept {
  const std::size_t count = capacity();
  if (count == 0) return false;
  SlotType* slots = slots_.load(std::memory_order_relaxed);
  const std::size_t start = home(hash, count / group);
  SlotType* found = nullptr;
  for (std::size_t step = 0; step < count && (found == nullptr || step < neighbourhood); ++step) {
    SlotType& slot = slots[(start + step) % count];
    if (slot.tag <= tag_vacated) continue;
    const bool idle = slot.word[0] < cutoff || (slot.tag & tag_refused) == 0;
    if (idle || found == nullptr) found = &slot;
    if (idle) break;
  }
  if (found == nullptr) return false;
  evicted += found->word[0] < cutoff ? 0 : 1;
  vacate(*found);
  return true;
}

template <int Words, class Owner>
bool Table<Words, Owner>::rebuild(std::uint64_t cutoff) noexcept {
  std::size_t living = 0;
  std::size_t used = 0;
  for_each([&](const SlotType& slot) {
    ++used;
    living += slot.word[0] < cutoff ? 0 : 1;
  });
  // Small: a third in use. Else an eighth more than what lives at 7/8: 78 to 87 of 100 slots are in use while keys
  // come.
  std::size_t groups = (living + 1) * 3 / group + 1;
  if (groups * group > small) groups = std::max((living + 1) * 9 / 7, small) / group + 1;
  constexpr std::size_t large = std::size_t{16} << 20;
  if (groups * group * sizeof(SlotType) >= large) {  // fill the last huge page rather than leave it half used
    const std::size_t bytes = (groups * group * sizeof(SlotType) + Pages::huge - 1) / Pages::huge * Pages::huge;
    groups = bytes / (group * sizeof(SlotType));
  }
  Pages pages(groups * group * sizeof(SlotType));
  auto* slots = static_cast<SlotType*>(pages.data());
  if (slots == nullptr) return false;
  for_each([&](SlotType& slot) {
    if (slot.word[0] >= cutoff) {
      insert(slots, groups, slot);
    } else {
      release(slot);
    }
  });
  slots_.store(slots, std::memory_order_relaxed);
  groups_.store(groups, std::memory_order_relaxed);
  filled_ = living;
  change_ -= static_cast<std::int64_t>(used - living);
  pages_ = std::move(pages);
  return true;
}

template <int Words, class Owner>
void Table<Words, Owner>::insert(SlotType* slots, std::size_t groups, const SlotType& slot) noexcept {
  const std::uint64_t hash = slot.tag;
  SlotType* begin = slots + home(hash, groups);
  while (true) {
    for (std::size_t step = 0; step < group; ++step) {
      SlotType& place = begin[nth(hash, step)];
      if (place.tag == tag_empty) {
        place = slot;
        return;
      }
    }
    begin += group;
    if (begin == slots + groups * group) begin = slots;
  }
}

}  // namespace weir::store
