#include "analytics/heavy_hitters.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace weir::analytics {

std::size_t HeavyHitters::slots_for(std::size_t top) {
  return std::bit_ceil(std::max<std::size_t>(least_slots, 4 * top * 4 / 3));
}

HeavyHitters::Slot* HeavyHitters::find(std::uint64_t hash, std::string_view key) noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.count == 0) return &slot;
    if (slot.hash == hash && key_of(slot) == key) return &slot;
  }
}

bool HeavyHitters::has_room(std::size_t key_bytes) const noexcept {
  return size_ < slots_.size() / 4 * 3 &&
         text_.size() + key_bytes <= std::max(slots_.size() * key_bytes_a_slot, key_bytes);
}

void HeavyHitters::add(std::uint64_t hash, std::string_view key, std::int64_t count, bool may_grow) {
  if (slots_.empty()) slots_.resize(least_slots);
  Slot* slot = find(hash, key);
  if (slot->count == 0) {
    if (!has_room(key.size())) [[unlikely]] {
      make_room(key.size(), may_grow);
      slot = find(hash, key);
    }
    slot->hash = hash;
    slot->at = static_cast<std::uint32_t>(text_.size());
    slot->length = static_cast<std::uint32_t>(key.size());
    text_.insert(text_.end(), key.begin(), key.end());
    ++size_;
  }
  slot->count += count;
}

void HeavyHitters::make_room(std::size_t key_bytes, bool may_grow) {
  while (!has_room(key_bytes)) {
    if (may_grow && slots_.size() < most_slots_) {
      rebuild(slots_.size() * 2, 0);
    } else {
      purge(slots_.size());
    }
  }
}

void HeavyHitters::purge(std::size_t slots) {
  std::vector<std::int64_t> counts;
  counts.reserve(size_);
  each([&](std::uint64_t, std::string_view, std::int64_t count) { counts.push_back(count); });
  const auto median = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
  std::ranges::nth_element(counts, median);
  error_ += *median;
  rebuild(slots, *median);
}

void HeavyHitters::rebuild(std::size_t slots, std::int64_t taken_off) {
  std::vector<Slot> old(slots);
  old.swap(slots_);
  std::vector<char> old_text;
  old_text.reserve(std::min(text_.size() * 2, slots * key_bytes_a_slot));
  old_text.swap(text_);
  size_ = 0;
  for (const Slot& slot : old) {
    if (slot.count <= taken_off) continue;
    const std::string_view key(old_text.data() + slot.at, slot.length);
    Slot* const place = find(slot.hash, key);
    *place = {.hash = slot.hash,
              .count = slot.count - taken_off,
              .at = static_cast<std::uint32_t>(text_.size()),
              .length = slot.length};
    text_.insert(text_.end(), key.begin(), key.end());
    ++size_;
  }
}

void HeavyHitters::hold_to(std::size_t slots) {
  most_slots_ = std::max(slots, least_slots);
  while (slots_.size() > most_slots_) {
    if (size_ <= capacity() && text_.size() <= most_slots_ * key_bytes_a_slot) {
      rebuild(most_slots_, 0);
    } else {
      purge(slots_.size());
    }
  }
}

void HeavyHitters::merge(const HeavyHitters& other) {
  other.each([&](std::uint64_t hash, std::string_view key, std::int64_t count) { add(hash, key, count); });
  error_ += other.error_;
}

void HeavyHitters::keep(std::size_t most) {
  std::int64_t least_kept = 1;
  std::size_t equal_kept = 0;  // of those with exactly that count
  if (size_ > most) {
    std::vector<std::int64_t> counts;
    counts.reserve(size_);
    each([&](std::uint64_t, std::string_view, std::int64_t count) { counts.push_back(count); });
    std::ranges::sort(counts, std::greater<>());
    error_ += counts[most];  // of one that goes: none of those is larger
    least_kept = most == 0 ? counts.front() + 1 : counts[most - 1];
    equal_kept = static_cast<std::size_t>(
        std::ranges::count(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(most), least_kept));
  } else {
    equal_kept = size_;
  }
  HeavyHitters kept(most_slots_);
  const std::size_t fitting = std::bit_ceil(std::max(least_slots, std::min(size_, most) * 4 / 3 + 1));
  kept.slots_.resize(std::min(fitting, most_slots_));
  for (const Slot& slot : slots_) {
    if (slot.count < least_kept || (slot.count == least_kept && equal_kept == 0)) continue;
    if (slot.count == least_kept) --equal_kept;
    kept.add(slot.hash, key_of(slot), slot.count);
  }
  kept.text_.shrink_to_fit();
  kept.error_ += error_;
  *this = std::move(kept);
}

void HeavyHitters::clear() noexcept {
  std::ranges::fill(slots_, Slot{});
  text_.clear();
  size_ = 0;
  error_ = 0;
}

}  // namespace weir::analytics
