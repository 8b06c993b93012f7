// batch.hpp: what one thread has recorded since it was last collected. For one thread at a time.
#pragma once

#include "analytics/ledger.hpp"

#include <weir/clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace weir::analytics {

using LimitId = std::uint32_t;

class Batch {
 public:
  static constexpr std::size_t most_buckets = 8;  // what comes after so many without being collected joins the last

  // How long a bucket is, how large a ranking may grow, and bytes for all rankings.
  struct Bounds {
    Millis bucket = 60'000;
    std::size_t slots = HeavyHitters::least_slots;
    std::size_t bytes = 0;
  };
  void hold_to(const Bounds& bounds) { bounds_ = bounds; }

  // False: no room for the key any more, it was counted all the same, but not ranked.
  bool decided(LimitId limit, std::uint64_t hash, std::string_view key, Outcome outcome, std::int64_t cost,
               Instant now);
  void charged(LimitId limit, std::int64_t cost, Instant now);
  bool rank(LimitId limit, By by, std::uint64_t hash, std::string_view key, std::int64_t count, Instant now);
  bool rank(Kind kind, std::uint64_t hash, std::string_view key, std::int64_t count, Instant now);
  [[nodiscard]] Slice& rest(Instant now);  // where models and functions are counted

  // take(bucket, slice) of each bucket that something was recorded in; it is empty afterwards, and keeps some memory.
  template <class Take>
  void drain(const std::vector<std::string>& names, Take take) {
    for (std::size_t at = 0; at < used_; ++at) {
      Bucket& bucket = *buckets_[at];
      lend(bucket, names);
      take(bucket.begin, static_cast<const Slice&>(bucket.slice));
      take_back(bucket, names);
    }
    used_ = 0;
    bytes_ = 0;
  }

 private:
  using Tops = std::array<HeavyHitters, rankings>;
  struct OfLimit {
    bool touched = false;
    Counts counts;
    std::unique_ptr<Tops> tops;
  };
  struct Bucket {
    Millis begin = 0;
    Instant first{};  // of it, and the first one after it
    Instant after{};
    std::vector<OfLimit> limits;  // by LimitId
    std::vector<LimitId> touched;
    Slice slice;
  };

  [[nodiscard]] Bucket& bucket(Instant now);
  [[nodiscard]] Bucket& another_bucket(Instant now);
  [[nodiscard]] static OfLimit& of(Bucket& bucket, LimitId limit);
  bool add(HeavyHitters& ranking, std::uint64_t hash, std::string_view key, std::int64_t count);
  static void lend(Bucket& bucket, const std::vector<std::string>& names);
  static void take_back(Bucket& bucket, const std::vector<std::string>& names);

  Bounds bounds_;
  std::vector<std::unique_ptr<Bucket>> buckets_;
  std::size_t used_ = 0;   // of them
  std::size_t bytes_ = 0;  // of rankings
};

}  // namespace weir::analytics
