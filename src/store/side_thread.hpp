// side_thread.hpp: a thread beside those of the program that we are part of: it has a name of its own and gets none of
// the program's signals.
#pragma once

#include "store/signals_blocked.hpp"

#include <pthread.h>

#include <thread>
#include <utility>

namespace weir::store {

class SideThread {
 public:
  // Throws std::system_error where there can be none. `name` has at most 15 characters.
  template <class Run>
  void start(const char* name, Run run) {
    const SignalsBlocked blocked;
    thread_ = std::thread(std::move(run));
    ::pthread_setname_np(thread_.native_handle(), name);
  }
  [[nodiscard]] bool started() const { return thread_.joinable(); }

  // One that has not ended in time is left behind: whatever it uses has to live as long as it does.
  void end(bool ended) {
    if (ended) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }

 private:
  std::thread thread_;
};

}  // namespace weir::store
