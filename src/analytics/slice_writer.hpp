// slice_writer.hpp: what this process has counted goes where other processes read it.
//
// Each process writes its own slices, whole, under names that only it uses, and again whenever they have changed. So
// the same batch twice changes nothing, a batch that is lost is made up for by the next, and while the store is away
// the ledger is the queue, with its own bound. Small batches, one after the other: a decision never waits behind more
// than one of them. What has been added up in a longer slice is removed after that was written.
#pragma once

#include "analytics/recorder.hpp"
#include "analytics/slice_name.hpp"
#include "store/records.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace weir::analytics {

class SliceWriter {
 public:
  static constexpr std::size_t most_at_once = std::size_t{256} << 10;  // bytes of a batch, but for one longer slice
  static constexpr std::size_t most_in_flush = std::size_t{1} << 20;   // likewise; the next flush goes on

  // `recorder` outlives it; `records` need not.
  SliceWriter(Recorder& recorder, std::shared_ptr<store::Records> records);

  // Writes what has changed and was collected, unless an earlier flush is still under way. Never waits.
  void flush(Instant now);
  // All of it; waits for the store, but not for one that is known to be away. False: not all is known to be there.
  bool flush_all(Instant now, std::chrono::milliseconds longest);

 private:
  struct Batch;
  struct Flight;
  static void send_next(const std::shared_ptr<Flight>& flight);
  [[nodiscard]] bool begin(Instant now);  // false: there was nothing to write
  [[nodiscard]] std::vector<Batch> changed(Instant now, const std::vector<SliceChange>& known, bool all_is_lost);

  Recorder& recorder_;
  const std::shared_ptr<Flight> flight_;  // outlives this while a write is under way
};

}  // namespace weir::analytics
