// questions.hpp: several questions whose answers come on other threads, some at a time, and who waits for them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace weir::analytics {

// ask(nth, done) of each n < count, in order, at most `at_once` of them unanswered; done(answer) may come on any
// thread, and after this has returned. What each came to, none where it did not by `until`.
template <class Answer, class Ask>
std::vector<std::optional<Answer>> answers_to(std::size_t count, std::size_t at_once,
                                              std::chrono::steady_clock::time_point until, Ask ask) {
  struct Shared {
    std::mutex mutex;
    std::condition_variable answered;
    std::size_t unanswered = 0;
    std::vector<std::optional<Answer>> answers;
  };
  const auto shared = std::make_shared<Shared>();
  shared->answers.resize(count);
  const auto wait_for = [&](std::size_t most) {
    std::unique_lock lock(shared->mutex);
    return shared->answered.wait_until(lock, until, [&] { return shared->unanswered <= most; });
  };
  for (std::size_t nth = 0; nth < count && wait_for(at_once - 1); ++nth) {
    {
      const std::scoped_lock lock(shared->mutex);
      ++shared->unanswered;
    }
    ask(nth, [shared, nth](std::optional<Answer> answer) {
      const std::scoped_lock lock(shared->mutex);
      if (nth < shared->answers.size()) shared->answers[nth] = std::move(answer);
      --shared->unanswered;
      shared->answered.notify_all();
    });
  }
  wait_for(0);
  const std::scoped_lock lock(shared->mutex);
  return std::exchange(shared->answers, {});
}

}  // namespace weir::analytics
