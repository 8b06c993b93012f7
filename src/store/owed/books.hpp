// books.hpp: what was granted without the store, and so is owed to it when it is back.
//
// A counter of the local rule's own algorithm says what is owed of a key: units whose window is over are no longer
// owed, a bucket's refill in the meantime is not either, and never more is owed than was granted. What is given back
// (a settlement, a refund) is a counter beside it: it may come after the charge was sent, and then goes below 0.
//
// Bounded: so many keys, so many bytes of their text. What does not fit stays uncharged, and is counted.
#pragma once

#include "store/memory/memory_store.hpp"
#include "store/owned_key.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace weir::store {

// Of one rule.
struct Book {
  std::shared_ptr<const Space> remote;  // where it is owed
  std::shared_ptr<const Space> granted;
  std::shared_ptr<const Space> returned;
};

// Keys of one space, to be charged in one call.
struct Batch {
  std::shared_ptr<const Book> book;
  std::vector<OwnedKey> keys;
  std::vector<Charge> charges;  // views of them
};

class Books {
 public:
  static constexpr std::size_t max_keys = 100'000;
  static constexpr std::size_t max_bytes = std::size_t{16} << 20;
  static constexpr std::size_t batch = 256;

  [[nodiscard]] std::shared_ptr<const Book> open(std::string_view prefix, std::shared_ptr<const Space> remote,
                                                 const Rule& local);

  // Below 0: given back, of what was granted at `at`.
  void enter(const std::shared_ptr<const Book>& book, Key key, std::int64_t units, Instant at);
  // Some of what is owed at `now`, which is not owed any more; none when there is nothing.
  [[nodiscard]] std::shared_ptr<const Batch> take(Instant now);
  void put_back(const Batch& batch, Instant now);
  void forget(const Book& book, Key key);
  void forget_all(const Book& book);

  [[nodiscard]] std::size_t keys() const { return keys_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const OwnedKey& key) const { return (*this)(key.view()); }
    std::size_t operator()(Key key) const {
      return key.is_number() ? std::hash<std::uint64_t>{}(key.number()) : std::hash<std::string_view>{}(key.text());
    }
  };
  struct Same {
    using is_transparent = void;
    static Key of(Key key) { return key; }
    static Key of(const OwnedKey& key) { return key.view(); }
    template <class A, class B>
    bool operator()(const A& one, const B& other) const {
      const Key a = of(one);
      const Key b = of(other);
      return a.is_number() == b.is_number() && (a.is_number() ? a.number() == b.number() : a.text() == b.text());
    }
  };
  using Keys = std::unordered_set<OwnedKey, Hash, Same>;

  [[nodiscard]] std::int64_t owed(const Book& book, Key key, Instant now);
  [[nodiscard]] bool has_room(Key key) const;

  std::mutex mutex_;
  std::map<std::shared_ptr<const Book>, Keys> due_;
  std::size_t bytes_ = 0;
  std::atomic<std::size_t> keys_{0};
  std::atomic<std::uint64_t> dropped_{0};
  MemoryStore counters_{MemoryOptions{.max_keys = 4 * max_keys}};
};

}  // namespace weir::store
