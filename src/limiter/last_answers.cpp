#include "limiter/last_answers.hpp"

#include "limiter/random_bits.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace weir::limiter {

LastAnswers::LastAnswers(std::size_t entries) : entries_(std::max<std::size_t>(1, entries)), seed_(random_bits()) {}

LastAnswers::Hash LastAnswers::hash_of(std::uint64_t counter, Key key) const {
  const std::uint64_t number = key.number();
  const std::uint64_t seed = seed_ ^ counter;
  const auto hash = key.is_number() ? XXH3_128bits_withSeed(&number, sizeof number, ~seed)  // 42 is not "42"
                                    : XXH3_128bits_withSeed(key.text().data(), key.text().size(), seed);
  return {hash.low64, hash.high64};
}

void LastAnswers::note(std::uint64_t counter, Key key, const LastAnswer& answer) {
  if (!used_.load(std::memory_order_acquire)) [[unlikely]] {
    std::call_once(allocated_, [this] {
      slots_.resize(entries_);
      used_.store(true, std::memory_order_release);
    });
  }
  const Hash hash = hash_of(counter, key);
  const std::scoped_lock lock(mutex_of(hash));
  slot_of(hash) = {.hash = hash, .answer = answer, .filled = true};
}

std::optional<LastAnswer> LastAnswers::find(std::uint64_t counter, Key key) {
  if (!used_.load(std::memory_order_acquire)) return std::nullopt;
  const Hash hash = hash_of(counter, key);
  const std::scoped_lock lock(mutex_of(hash));
  const Slot& slot = slot_of(hash);
  return slot.filled && slot.hash == hash ? std::optional(slot.answer) : std::nullopt;
}

std::optional<LastAnswer> LastAnswers::begin(std::uint64_t counter, Key key) {
  if (!used_.load(std::memory_order_acquire)) return std::nullopt;
  const Hash hash = hash_of(counter, key);
  const std::scoped_lock lock(mutex_of(hash));
  Slot& slot = slot_of(hash);
  if (!slot.filled || slot.hash != hash) return std::nullopt;
  const LastAnswer found = slot.answer;
  slot.answer.begun = true;
  return found;
}

void LastAnswers::forget(std::uint64_t counter, Key key) {
  if (!used_.load(std::memory_order_acquire)) return;
  const Hash hash = hash_of(counter, key);
  const std::scoped_lock lock(mutex_of(hash));
  if (slot_of(hash).hash == hash) slot_of(hash).filled = false;
}

void LastAnswers::forget_all() {
  if (!used_.load(std::memory_order_acquire)) return;
  std::array<std::unique_lock<std::mutex>, std::tuple_size_v<decltype(mutexes_)>> locks;
  for (std::size_t i = 0; i < locks.size(); ++i) locks[i] = std::unique_lock(mutexes_[i]);
  for (Slot& slot : slots_) slot.filled = false;
}

}  // namespace weir::limiter
