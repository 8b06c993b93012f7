// outage.hpp: what a process does by itself while its remote store does not answer, and makes good afterwards.
//
//   local_share    which part of a limit is ours alone, as exact arithmetic
//   last_answers   what the store last said of each key, to start from
//   local_limits   the rules of one limiter, as they are decided here
//   books          (store/owed) what was granted here and is owed to the store
//   unsettled      (store/owed) settlements that could not be sent
//   outage         holds these for one store: when it began, and what to send now that an answer came
//
// Nothing runs by itself: what is owed goes out with the answers of decisions, a batch at a time, and no decision waits
// for it.
#pragma once

#include "limiter/last_answers.hpp"
#include "store/memory/memory_store.hpp"
#include "store/owed/books.hpp"
#include "store/owed/unsettled.hpp"
#include "store/owned_key.hpp"
#include "store/store.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::limiter {

using store::Batch;
using store::Book;
using store::Books;
using store::OwnedKey;
using store::Settlement;
using store::Unsettled;

// What one check of a reservation holds here.
struct LocalPart {
  std::shared_ptr<const Book> book;  // none of concurrency: a slot that is held here is nothing the store must know of
  OwnedKey key;
  std::int64_t amount = 0;
};

class Outage : public std::enable_shared_from_this<Outage> {
 public:
  // Failures that are followed by an answer, and by no other failure for so long, are over.
  static constexpr std::chrono::nanoseconds quiet = std::chrono::seconds(1);
  static constexpr std::size_t max_holds = 100'000;  // reservations that are held here
  static constexpr std::size_t settle_at_once = 32;

  explicit Outage(std::int64_t max_keys) : local_({.max_keys = max_keys}) {}

  // The store did not decide.
  void failed(Instant now);
  // It did: sends some of what it has missed. One load when it has missed nothing.
  void answered(store::Store& room, Instant now) {
    if (behind_.load(std::memory_order_relaxed)) [[unlikely]]
      catch_up(room, now);
  }
  // When the failures began that are not over; none.
  [[nodiscard]] std::optional<Instant> began() const;

  void granted(const std::shared_ptr<const Book>& book, Key key, std::int64_t units, Instant at);
  // What is held here under an id has been granted; its settlement will say what was really used.
  void held(std::string_view id, std::vector<LocalPart> parts, Instant now, store::Nanos lease);
  // It was settled here.
  void settled(std::string_view id, std::span<const std::int64_t> amounts, Instant now);
  // The store could not be told.
  void keep(Settlement settlement);

  // Sends some of what is owed, unless something is under way.
  void pay(store::Store& room, Instant now);
  // Keys that units were granted of, and settlements, that the store has not answered for.
  [[nodiscard]] std::size_t owed_keys() const { return books_.keys() + charging_.load(); }
  [[nodiscard]] std::size_t owed_settlements() const { return unsettled_.ids() + settling_.load(); }
  // Some of it is under way.
  [[nodiscard]] bool is_paying() const { return charging_.load() + settling_.load() > 0; }
  // Keys of charges without an answer: they may have arrived, and are not sent again.
  [[nodiscard]] std::uint64_t unsure() const { return unsure_.load(std::memory_order_relaxed); }

  [[nodiscard]] store::MemoryStore& local() { return local_; }
  [[nodiscard]] LastAnswers& last() { return last_; }
  [[nodiscard]] Books& books() { return books_; }
  [[nodiscard]] Unsettled& unsettled() { return unsettled_; }

 private:
  struct Hold {
    std::vector<LocalPart> parts;
    Instant at{};
    Instant until{};
  };
  struct ByText {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  void catch_up(store::Store& room, Instant now);
  void send_charges(store::Store& room, Instant now);
  void send_settlements(store::Store& room, Instant now);

  std::atomic<bool> behind_{false};            // something is owed, unsettled, or not over
  std::atomic<std::int64_t> began_{0};         // ns since the epoch; 0: there is no outage
  std::atomic<std::int64_t> last_failure_{0};  // ns since the epoch
  std::atomic<std::size_t> charging_{0};       // keys that are under way
  std::atomic<std::uint64_t> unsure_{0};
  std::atomic<std::size_t> settling_{0};

  store::MemoryStore local_;
  LastAnswers last_;
  Books books_;
  Unsettled unsettled_;
  std::mutex holds_mutex_;
  std::unordered_map<std::string, Hold, ByText, std::equal_to<>> holds_;
};

}  // namespace weir::limiter
