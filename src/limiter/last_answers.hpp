// last_answers.hpp: what a remote store last said of its keys, so that a process that must decide without it starts
// from there.
//
// Written with every answer, 40 bytes a key. A key that is not here is one of which nothing is known.
#pragma once

#include "limiter/keyed_slots.hpp"

#include <weir/decision.hpp>
#include <weir/key.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

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
  KeyedSlots<LastAnswer> slots_;
};

}  // namespace weir::limiter
