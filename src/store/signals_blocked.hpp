// signals_blocked.hpp: for as long as one lives, no signal comes to this thread. A thread that is started meanwhile
// inherits that for its life: signals are for the threads of whoever uses us.
#pragma once

#include <csignal>

namespace weir::store {

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace weir::store
