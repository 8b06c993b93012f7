// sharing.hpp: what this process has counted is told to others that share its store, and theirs to whoever asks here.
#pragma once

#include "analytics/slice_reader.hpp"
#include "analytics/slice_writer.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace weir::analytics {

class Sharing {
 public:
  // The recorder's queries are answered for all processes from now on. It outlives this; `records` need not.
  Sharing(Recorder& recorder, const std::shared_ptr<store::Records>& records)
      : recorder_(recorder), writer_(recorder, records), reader_(std::make_shared<SliceReader>(recorder, records)) {
    recorder_.share(reader_);
  }

  // Collects what was recorded and tells it. Never waits for the store; once a second, by whoever has a timer.
  void flush(Instant now) {
    recorder_.collect(now);
    writer_.flush(now);
    reader_->forget_unused();
  }
  // At the end of the process: waits for the store, but not for one that is known to be away. False: not all of it is
  // known to be there.
  bool flush_all(Instant now, std::chrono::milliseconds longest) {
    recorder_.collect(now);
    return writer_.flush_all(now, longest);
  }

 private:
  Recorder& recorder_;
  SliceWriter writer_;
  const std::shared_ptr<SliceReader> reader_;
};

}  // namespace weir::analytics
