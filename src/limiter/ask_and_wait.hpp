// ask_and_wait.hpp: a blocking call out of one that answers later.
#pragma once

#include "limiter/store_handle.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace weir::limiter {

// `ask(done)` asks this store; `too_late` when `done` was not called in time. Throws std::logic_error where the answer
// would come in the thread that waits.
template <class Answer, class Ask>
[[nodiscard]] Answer ask_and_wait(const store::Store& store, std::chrono::nanoseconds timeout, Ask ask,
                                  Answer too_late) {
  require_may_wait(store);
  // Where a store's thread leaves its answer; it outlives a waiter that gave up.
  struct Answered {
    std::mutex mutex;
    std::condition_variable came;
    std::optional<Answer> answer;
  };
  const auto answered = std::make_shared<Answered>();
  ask([answered](Answer answer) {
    const std::scoped_lock lock(answered->mutex);
    answered->answer = std::move(answer);
    answered->came.notify_one();
  });
  std::unique_lock lock(answered->mutex);
  answered->came.wait_for(lock, timeout, [&] { return answered->answer.has_value(); });
  return answered->answer ? *std::move(answered->answer) : too_late;
}

// A settlement, or the like.
template <class Ask>
[[nodiscard]] Settled settle_and_wait(const store::Store& store, std::chrono::nanoseconds timeout, Ask ask) {
  return ask_and_wait<Settled>(store, timeout, std::move(ask), std::unexpected(SettleError::down));
}

}  // namespace weir::limiter
