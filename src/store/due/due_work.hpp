// due_work.hpp: what this process should do before it stands still for any time: who is frozen between two calls
// (weir::lambda::run) asks for it then. Nobody has to: what is due here is done later, with the next decision, or is
// lost without harm.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace weir::store {

class DueWork {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  // Comes back by then, done or not, and at once when nothing is due. What it throws is lost.
  using Work = std::function<void(Deadline until)>;

  // Until its owner is gone. `work` must not hold its owner. From any thread.
  void add(std::weak_ptr<const void> owner, Work work);
  // All of it, one after the other: each may take an equal part of the time that the ones before have left.
  void run(Deadline until);

 private:
  struct Item {
    std::weak_ptr<const void> owner;
    std::shared_ptr<const Work> work;
  };
  std::mutex mutex_;
  std::vector<Item> items_;
};

// That of this process.
[[nodiscard]] DueWork& due_work();

}  // namespace weir::store
