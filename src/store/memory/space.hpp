// space.hpp: a rule made ready for the memory store: its algorithm, how its states are coded, and the salt that keeps
// its keys apart from those of other rules in the same tables.
#pragma once

#include "limits/concurrency.hpp"
#include "limits/sliding_log.hpp"
#include "store/memory/codecs.hpp"
#include "store/store.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace weir::store {

// Shared by the spaces that share counters. A new salt is a new, empty space: the old keys are never found again.
struct Salt {
  std::atomic<std::uint64_t> value;
  std::atomic<std::uint32_t> kinds{0};  // bit k: some rule of this space codes its states as Kind(k)
};

class MemorySpace final : public Space, public std::enable_shared_from_this<MemorySpace> {
 public:
  enum class Kind : std::uint8_t {
    compact_bucket,
    compact_window,
    bucket,
    whole_window,
    narrow_sliding,
    wide_sliding,
    whole_refill,
    log,
    concurrency,
    unlimited,
  };

  MemorySpace(const Rule& rule, std::shared_ptr<Salt> salt);

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] std::uint64_t salt() const noexcept { return salt_->value.load(std::memory_order_relaxed); }
  [[nodiscard]] const Salt* identity() const noexcept { return salt_.get(); }  // equal: they share counters
  void resalt(std::uint64_t value) const noexcept { salt_->value.store(value, std::memory_order_relaxed); }

  // Whether keys of this space may be coded in another way, from before the rule's count was changed.
  [[nodiscard]] bool mixed() const noexcept {
    const std::uint32_t kinds = salt_->kinds.load(std::memory_order_relaxed);
    return (kinds & (kinds - 1)) != 0;
  }

  // Calls f with the codec of a rule whose state lies in a slot. Not for log, concurrency, unlimited.
  template <class F>
  decltype(auto) with_codec(F&& f) const {
    switch (kind_) {
      case Kind::compact_bucket:
        return f(code_.compact_bucket);
      case Kind::compact_window:
        return f(code_.compact_window);
      case Kind::bucket:
        return f(code_.bucket);
      case Kind::whole_window:
        return f(code_.whole_window);
      case Kind::narrow_sliding:
        return f(code_.narrow_sliding);
      case Kind::wide_sliding:
        return f(code_.wide_sliding);
      default:
        return f(code_.whole_refill);
    }
  }
  [[nodiscard]] bool in_slot() const noexcept { return kind_ <= Kind::whole_refill; }
  [[nodiscard]] const CompactBucket& compact_bucket() const noexcept { return code_.compact_bucket; }
  [[nodiscard]] const limits::SlidingLog& log() const noexcept { return code_.log; }
  [[nodiscard]] const limits::Concurrency& concurrency() const noexcept { return code_.concurrency; }

 private:
  union Code {
    Code() : concurrency{} {}
    CompactBucket compact_bucket;
    CompactWindow compact_window;
    Bucket bucket;
    WholeWindow whole_window;
    NarrowSliding narrow_sliding;
    WideSliding wide_sliding;
    WholeRefill whole_refill;
    limits::SlidingLog log;
    limits::Concurrency concurrency;
  };

  Kind kind_ = Kind::unlimited;
  Code code_;
  std::shared_ptr<Salt> salt_;
};

}  // namespace weir::store
