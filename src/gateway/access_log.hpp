// access_log.hpp: lines on their way from the workers to a file or stdout.
//
//   worker 1 --+                                       write() formats and appends under a lock that is held for a copy
//   worker 2 --+--> queues, bounded in bytes --> one thread --> file or stdout
//   worker N --+                                       it alone opens, writes and may wait for a disk or a reader
//
// A worker never waits: a line that finds the queues full is dropped and counted. The thread starts when logging is
// first turned on. A file that was moved or removed (logrotate) is opened anew within a second or so.
#pragma once

#include "api/metrics.hpp"
#include "config/config.hpp"
#include "gateway/access_record.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

namespace weir::gateway {

class AccessLog {
 public:
  static constexpr std::size_t most_queued = std::size_t{8} << 20;  // bytes

  // Told what is wrong, a sentence at most once a minute, on the log's own thread.
  using Report = std::function<void(std::string_view sentence)>;

  // `dropped` counts lines, and outlives the log.
  AccessLog(api::Counter& dropped, Report report);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  ~AccessLog();  // stops

  // At start and after each change; the same settings again change nothing. Lines written before go where they were
  // meant to. One thread at a time; never waits for a file.
  void configure(const config::AccessLog& settings);

  [[nodiscard]] bool is_on() const noexcept { return on_.load(std::memory_order_relaxed); }

  // Any thread. Nothing when the log is off.
  void write(const AccessRecord& record) noexcept;

  // Writes what is queued for at most `patience`, and ends. Lines that come later are dropped.
  void stop(std::chrono::milliseconds patience = std::chrono::milliseconds(500)) noexcept;

 private:
  class Writer;

  std::atomic<bool> on_{false};
  std::atomic<config::AccessLog::Key> key_{config::AccessLog::Key::omit};
  std::shared_ptr<Writer> writer_;  // shared with its thread, which a stuck disk may keep beyond `patience`
};

}  // namespace weir::gateway
