// slice_reader.hpp: what other processes have counted, from where they write it (slice_writer.hpp).
//
// The names of all slices of the days in question, then those slices that are asked for and have changed since they
// were last read. A slice that lies within a longer one of the same process has been added to that already.
#pragma once

#include "analytics/recorder.hpp"
#include "analytics/slice_name.hpp"
#include "store/records.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weir::analytics {

class SliceReader final : public Others {
 public:
  static constexpr std::chrono::milliseconds patience{900};        // of a query with the store
  static constexpr std::size_t most_read = std::size_t{32} << 20;  // bytes, by a query
  static constexpr std::size_t most_kept = std::size_t{8} << 20;   // bytes, for the next query
  static constexpr std::chrono::seconds kept_unused{60};

  // `recorder` outlives it; `records` need not.
  SliceReader(const Recorder& recorder, std::shared_ptr<store::Records> records)
      : recorder_(recorder), records_(std::move(records)) {}

  // What can't be read in time is left out.
  [[nodiscard]] std::vector<Foreign> read(Millis from, Millis to, Millis now) override;
  // Lets go what no query wanted for a time.
  void forget_unused();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Wanted {
    SharedName name;
    std::uint64_t version = 0;
    std::size_t bytes = 0;
    std::shared_ptr<const Slice> slice;
  };
  struct Kept {
    std::uint64_t version = 0;
    std::shared_ptr<const Slice> slice;
    std::size_t bytes = 0;
    Time used;
  };
  [[nodiscard]] std::vector<Wanted> list(Millis from, Millis to, Millis now, Time until) const;
  // False: some have gone since they were listed.
  [[nodiscard]] bool fetch(std::vector<Wanted>& wanted, Time until);
  void take_kept(std::vector<Wanted>& wanted);
  void keep(const Wanted& wanted);

  const Recorder& recorder_;
  const std::shared_ptr<store::Records> records_;
  std::mutex mutex_;  // of all below
  std::map<SharedName, Kept> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace weir::analytics
