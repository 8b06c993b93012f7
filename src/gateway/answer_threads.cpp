#include "gateway/answer_threads.hpp"

#include "store/signals_blocked.hpp"

#include <utility>

namespace weir::gateway {

AnswerThreads::~AnswerThreads() { stop(); }

bool AnswerThreads::run(Job job) {
  const std::scoped_lock lock(mutex_);
  if (stopped_ || waiting_.size() >= most_waiting) return false;
  waiting_.push_back(std::move(job));
  if (waiting_.size() > idle_ && threads_.size() < most_threads) {
    const store::SignalsBlocked blocked;
    threads_.emplace_back([this] { work(); });
  }
  something_.notify_one();
  return true;
}

void AnswerThreads::stop() {
  std::vector<std::thread> threads;
  std::deque<Job> forgotten;  // destroyed after the lock is given back
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    forgotten.swap(waiting_);
    threads.swap(threads_);
  }
  something_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void AnswerThreads::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    something_.wait(lock, [&] { return stopped_ || !waiting_.empty(); });
    --idle_;
    if (stopped_) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

}  // namespace weir::gateway
