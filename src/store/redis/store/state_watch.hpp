// state_watch.hpp: how the store fares: what went wrong, by kind, and whether it is up. Says so once when it goes down
// and once when it is up again, not with every call.
//
// Timeouts alone make it down only when nothing has been decided for as long as one takes: a single slow answer among
// good ones is no outage. A server that says no (out of memory, read only) may still answer some questions: it is up
// again when it has not said so for a second.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/resp/value.hpp"

#include <weir/store_health.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace weir::store::redis {

// What an error that Redis said means.
[[nodiscard]] StoreError error_of(const Value& error);
// A sentence for people: no key, no secret.
[[nodiscard]] std::string_view sentence(StoreError error);

class StateWatch {
 public:
  using Notice = std::function<void(std::string_view)>;
  StateWatch(std::chrono::nanoseconds timeout, Notice notice) : timeout_(timeout), notice_(std::move(notice)) {}

  // On the executor.
  void decided(Deadline now);
  // `calls` of them were not decided; `why` is a sentence, when there is a better one than that of the kind.
  void failed(StoreError error, std::size_t calls, Deadline now, std::string_view why = {});

  // From any thread.
  void count(StoreError error, std::size_t calls) {
    errors_[static_cast<std::size_t>(error)].fetch_add(calls, std::memory_order_relaxed);
  }
  [[nodiscard]] StoreHealth health() const;

 private:
  void set_up(bool up, std::string_view why);

  const std::chrono::nanoseconds timeout_;
  const Notice notice_;
  Deadline last_decided_{};
  Deadline doubted_until_{};
  bool well_ = true;  // nothing to change when the next call is decided
  std::array<std::atomic<std::uint64_t>, store_error_names.size()> errors_{};
  std::atomic<bool> up_{true};
  mutable std::mutex mutex_;
  std::string last_error_;
};

}  // namespace weir::store::redis
