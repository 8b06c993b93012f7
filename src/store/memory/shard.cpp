#include "store/memory/shard.hpp"

#include <algorithm>
#include <type_traits>

namespace weir::store {
namespace {

using Kind = MemorySpace::Kind;
using limits::Verdict;

// Where a key could not be noted for want of memory, letting it pass would be an unbounded allow.
constexpr limits::Nanos try_again_after = std::chrono::seconds(1);

Verdict without_memory(Verdict verdict) noexcept {
  verdict.outcome = limits::Outcome::limited;
  verdict.retry_after = try_again_after;
  return verdict;
}

// A key is kept for this much longer than its state matters, so that a clock that is set back by no more finds every
// key as it was. Of a longer step back only the keys still here know.
constexpr std::uint64_t step_back = 1'000'000'000;  // ns

// What word0 must be below for a slot's time to be over; see codecs.hpp. A compact window's last quarter of a second is
// blurred, so its slot is kept for that much longer.
template <int Words>
std::uint64_t cutoff(Instant now) noexcept {
  constexpr std::uint64_t blur = Words == 1 ? std::uint64_t{1} << 28 : 0;
  constexpr int shift = Words == 1 ? CompactBucket::unit_shift : 0;
  const std::uint64_t nanos = unix_nanos(now);
  return nanos <= step_back + blur ? 0 : (nanos - step_back - blur) << shift;
}

Ring* ring_of(const Slot<2>& slot) noexcept {
  return reinterpret_cast<Ring*>(slot.word[1]);  // NOLINT(performance-no-int-to-ptr)
}

// The kind a key may have had before its rule's count was changed, and its words as this kind's.
constexpr Kind sibling(Kind kind) noexcept {
  switch (kind) {
    case Kind::compact_bucket:
      return Kind::bucket;
    case Kind::bucket:
      return Kind::compact_bucket;
    case Kind::compact_window:
      return Kind::whole_window;
    case Kind::whole_window:
      return Kind::compact_window;
    case Kind::narrow_sliding:
      return Kind::wide_sliding;
    case Kind::wide_sliding:
      return Kind::narrow_sliding;
    default:
      return Kind::unlimited;
  }
}

constexpr int words_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::compact_bucket:
    case Kind::compact_window:
      return 1;
    case Kind::wide_sliding:
      return 3;
    default:
      return 2;
  }
}

void recode(Kind kind, const Words<2>& from, Words<1>& to) noexcept {
  if (kind == Kind::compact_bucket) {
    const std::uint64_t nanos = from[0] + (from[1] == 0 ? 0 : 1);  // a part of another count's: rounded up
    to[0] = nanos > CompactBucket::last_nanos ? ~std::uint64_t{0} : nanos << 2;
  } else {
    to[0] = from[0] >> 28 << CompactWindow::count_bits |
            std::min<std::uint64_t>(from[1], static_cast<std::uint64_t>(CompactWindow::most));
  }
}
void recode(Kind kind, const Words<1>& from, Words<2>& to) noexcept {
  if (kind == Kind::bucket) {
    to = {(from[0] >> 2) + ((from[0] & 3) == 0 ? 0 : 1), 0};
  } else {
    // The end's lowest bits are gone; the window's own arithmetic finds it again from any moment inside.
    to = {from[0] >> CompactWindow::count_bits << 28, from[0] & static_cast<std::uint64_t>(CompactWindow::most)};
  }
}
void recode(Kind, const Words<3>& from, Words<2>& to) noexcept {
  const auto most = static_cast<std::uint64_t>(NarrowSliding::most);
  to = {from[0], std::min(from[2], most) << 32 | std::min(from[1], most)};
}
void recode(Kind, const Words<2>& from, Words<3>& to) noexcept {
  to = {from[0], from[1] & static_cast<std::uint64_t>(NarrowSliding::most), from[1] >> 32};
}

}  // namespace

void Shard::prefetch_other(const MemorySpace& space, std::uint64_t hash) const noexcept {
  switch (space.kind()) {
    case Kind::compact_bucket:
    case Kind::compact_window:
      (void)one_.prefetch(hash);
      break;
    case Kind::wide_sliding:
    case Kind::whole_refill:
      (void)three_.prefetch(hash);
      break;
    case Kind::log:
      (void)logs_.prefetch(hash);
      break;
    default:
      (void)two_.prefetch(hash);
  }
}

template <class TableType>
auto Shard::place(TableType& table, std::uint64_t hash, Instant now) noexcept -> typename TableType::SlotType* {
  constexpr int words = std::tuple_size_v<decltype(TableType::SlotType::word)>;
  while (true) {
    auto* slot = table.place(hash, cutoff<words>(now), has_room(1), evicted_);
    weigh(table);
    if (slot != nullptr) return slot;
    if (has_room(1) || !evict_near(hash, now, Logs::too)) return nullptr;
  }
}

bool Shard::has_room(std::uint64_t keys) noexcept {
  constexpr std::uint64_t at_a_time = 16;  // so that what one shard drew and another lacks stays small
  if (living_ + keys > most_) most_ += budget_->draw(std::max(at_a_time, living_ + keys - most_));
  return living_ + keys <= most_;
}

// Of the counters in slots first: a log is the dearest to lose.
bool Shard::evict_near(std::uint64_t hash, Instant now, Logs logs) noexcept {
  const bool gone = one_.evict_near(hash, cutoff<1>(now), evicted_) ||
                    two_.evict_near(hash, cutoff<2>(now), evicted_) ||
                    three_.evict_near(hash, cutoff<3>(now), evicted_) ||
                    (logs == Logs::too && logs_.evict_near(hash, cutoff<2>(now), evicted_));
  weigh(logs_);
  weigh(one_);
  weigh(two_);
  weigh(three_);
  return gone;
}

template <int Words>
Slot<Words>* Shard::adopt(Kind kind, std::uint64_t hash, Instant now) noexcept {
  const Kind other = sibling(kind);
  if (other == Kind::unlimited) return nullptr;
  const auto move = [&]<int From>() -> Slot<Words>* {
    if constexpr (From != Words) {
      auto& table_from = table<From>();
      Slot<From>* old = table_from.find(hash);
      if (old == nullptr) return nullptr;
      const auto code = old->word;
      table_from.vacate(*old);
      weigh(table_from);
      Slot<Words>* slot = place(table<Words>(), hash, now);
      if (slot != nullptr) recode(kind, code, slot->word);
      return slot;
    } else {
      return nullptr;
    }
  };
  switch (words_of(other)) {
    case 1:
      if constexpr (Words == 2) return move.template operator()<1>();
      return nullptr;
    case 3:
      if constexpr (Words == 2) return move.template operator()<3>();
      return nullptr;
    default:
      if constexpr (Words != 2) return move.template operator()<2>();
      return nullptr;
  }
}

template <class Codec>
Slot<Codec::words>* Shard::find(const MemorySpace& space, std::uint64_t hash, Instant now) noexcept {
  auto* slot = table<Codec::words>().find(hash);
  if (slot == nullptr && space.mixed()) [[unlikely]]
    slot = adopt<Codec::words>(space.kind(), hash, now);
  return slot;
}

template <class Codec>
Verdict Shard::take_new(const Codec& codec, std::uint64_t hash, Instant now, std::int64_t cost) noexcept {
  typename Codec::State state{};
  const Verdict verdict = codec.algorithm.take(state, now, cost);
  if (!verdict.allowed() || cost <= 0) return verdict;
  auto* slot = place(table<Codec::words>(), hash, now);
  if (slot == nullptr) return without_memory(verdict);
  codec.save(state, slot->word);
  return verdict;
}

Verdict Shard::take_slowly(const MemorySpace& space, std::uint64_t hash, Instant now, std::int64_t cost) noexcept {
  if (space.kind() == Kind::unlimited) return {.limit = max_count, .remaining = max_count, .reset = now};
  if (space.kind() == Kind::log) {
    const Verdict verdict = look(space, hash, now, cost);
    if (verdict.allowed() && !charge(space, hash, now, cost)) return without_memory(verdict);
    return verdict;
  }
  return space.with_codec([&]<class Codec>(const Codec& codec) -> Verdict {
    auto* slot = find<Codec>(space, hash, now);
    if (slot == nullptr) return take_new(codec, hash, now, cost);
    return take_from(*slot, codec, now, cost);
  });
}

Verdict Shard::look(const MemorySpace& space, std::uint64_t hash, Instant now, std::int64_t cost) noexcept {
  if (space.kind() == Kind::unlimited) return {.limit = max_count, .remaining = max_count, .reset = now};
  if (space.kind() == Kind::log) {
    const Slot<2>* slot = logs_.find(hash);
    return space.log().look(slot == nullptr ? limits::Log{} : ring_of(*slot)->log, now, cost);
  }
  return space.with_codec([&]<class Codec>(const Codec& codec) -> Verdict {
    const auto* slot = find<Codec>(space, hash, now);
    return codec.algorithm.look(slot == nullptr ? typename Codec::State{} : codec.load(slot->word), now, cost);
  });
}

bool Shard::charge(const MemorySpace& space, std::uint64_t hash, Instant now, std::int64_t amount) noexcept {
  if (amount == 0 || space.kind() == Kind::unlimited) return true;
  if (space.kind() == Kind::log) {
    Slot<2>* slot = amount > 0 ? log_with_room(space.log(), hash, now, amount) : logs_.find(hash);
    if (slot == nullptr) return amount < 0;
    limits::Log& log = ring_of(*slot)->log;
    space.log().charge(log, now, amount);
    slot->word[0] = unix_nanos(space.log().fresh_at(log));
    return true;
  }
  return space.with_codec([&]<class Codec>(const Codec& codec) {
    auto* slot = find<Codec>(space, hash, now);
    if (slot == nullptr && amount < 0) return true;
    auto state = slot == nullptr ? typename Codec::State{} : codec.load(slot->word);
    if (slot == nullptr) slot = place(table<Codec::words>(), hash, now);
    if (slot == nullptr) return false;
    codec.algorithm.charge(state, now, amount);
    codec.save(state, slot->word);
    slot->tag &= ~tag_refused;
    return true;
  });
}

void Shard::give_back(const MemorySpace& space, std::uint64_t hash, Instant now, std::int64_t amount,
                      Instant held_at) noexcept {
  if (space.kind() == Kind::log) {
    Slot<2>* slot = logs_.find(hash);
    if (slot == nullptr) return;
    limits::Log& log = ring_of(*slot)->log;
    space.log().give_back(log, now, amount, held_at);
    slot->word[0] = unix_nanos(space.log().fresh_at(log));
  } else if (space.in_slot()) {
    space.with_codec([&]<class Codec>(const Codec& codec) {
      auto* slot = find<Codec>(space, hash, now);
      if (slot == nullptr) return;
      auto state = codec.load(slot->word);
      codec.algorithm.give_back(state, now, amount, held_at);
      codec.save(state, slot->word);
    });
  }
}

void Shard::clear(const MemorySpace& space, std::uint64_t hash) noexcept {
  const auto forget = [&](auto& table) {
    auto* slot = table.find(hash);
    if (slot != nullptr) table.vacate(*slot);
    weigh(table);
  };
  if (space.kind() == Kind::log) return forget(logs_);
  forget(one_);
  forget(two_);
  forget(three_);
}

Slot<2>* Shard::log_with_room(const limits::SlidingLog& rule, std::uint64_t hash, Instant now,
                              std::int64_t amount) noexcept {
  constexpr std::uint32_t least = 4;
  Slot<2>* slot = logs_.find(hash);
  Ring* old = slot == nullptr ? nullptr : ring_of(*slot);
  if (old != nullptr && !rule.needs_room(old->log, now, amount)) return slot;
  if (slot == nullptr) slot = place(logs_, hash, now);
  if (slot == nullptr) return nullptr;
  const std::uint32_t had = old == nullptr ? 0 : old->log.capacity;
  const auto wanted = static_cast<std::uint32_t>(std::min<std::int64_t>(rule.limit, std::max(least, had * 2)));
  const std::uint64_t more = Ring::weight(wanted) - Ring::weight(had);
  while (!has_room(more) && evict_near(hash, now, Logs::spared)) {
  }
  Ring* ring = has_room(more) ? Ring::grow(old, wanted) : nullptr;
  if (ring != nullptr) {
    slot->word[1] = reinterpret_cast<std::uintptr_t>(ring);
    living_ += more;
    return slot;
  }
  if (old != nullptr) return slot;  // full: what comes joins the newest entry, against the caller
  logs_.vacate(*slot);
  weigh(logs_);
  return nullptr;
}

}  // namespace weir::store
