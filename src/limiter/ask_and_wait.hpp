// ask_and_wait.hpp: a blocking call out of one that answers later.
#pragma once

#include "limiter/store_handle.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace weir::limiter {

// `ask(done)` asks this store; `down` when `done` was not called in time. Throws std::logic_error where the answer
// would come in the thread that waits.
template <class Ask>
[[nodiscard]] Settled ask_and_wait(const store::Store& store, std::chrono::nanoseconds timeout, Ask ask) {
  require_may_wait(store);
  // Where a store's thread leaves its answer; it outlives a waiter that gave up.
  struct Answered {
    std::mutex mutex;
    std::condition_variable came;
    std::optional<Settled> answer;
  };
  const auto answered = std::make_shared<Answered>();
  ask([answered](Settled answer) {
    const std::scoped_lock lock(answered->mutex);
    answered->answer = answer;
    answered->came.notify_one();
  });
  std::unique_lock lock(answered->mutex);
  answered->came.wait_for(lock, timeout, [&] { return answered->answer.has_value(); });
  return answered->answer.value_or(std::unexpected(SettleError::down));
}

}  // namespace weir::limiter
