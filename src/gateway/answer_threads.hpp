// answer_threads.hpp: where the admin API waits for a store that answers later, so that no worker does.
//
// Threads are started as they are needed, up to a bound, and end with this. Bounded: who comes when all are busy and
// the queue is full is told so at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace weir::gateway {

class AnswerThreads {
 public:
  static constexpr std::size_t most_threads = 8;
  static constexpr std::size_t most_waiting = 256;

  using Job = std::move_only_function<void()>;  // throws nothing

  AnswerThreads() = default;
  AnswerThreads(const AnswerThreads&) = delete;
  AnswerThreads& operator=(const AnswerThreads&) = delete;
  ~AnswerThreads();  // stops

  // False when there is no room, or it has been stopped.
  [[nodiscard]] bool run(Job job);
  // Ends what is under way, forgets what waits.
  void stop();

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable something_;
  std::deque<Job> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopped_ = false;
};

}  // namespace weir::gateway
