#include "store/redis/store/own_thread.hpp"

#include "store/signals_blocked.hpp"

#include <pthread.h>
#include <sched.h>

namespace weir::store::redis {

namespace {

// A thread that has just been woken does not take the processor from one that runs: a worker on the same core first
// asks for all that it has to ask, and all of it leaves as one. Without this the two switch at every question and every
// answer, at a third of an Envoy's processor time (bench/redis/gateway.py). On an idle core nothing changes.
void yield_to_whoever_asks() noexcept {
  sched_param priority{};
  (void)::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &priority);  // where it may not, it is as fast as before
}

}  // namespace

void OwnThread::start() {
  std::call_once(started_, [this] {
    work_ = std::make_unique<Work>(io_->get_executor());
    const SignalsBlocked blocked;
    thread_ = std::thread([io = io_] {
      ::pthread_setname_np(::pthread_self(), "weir-redis");
      yield_to_whoever_asks();
      io->run();
    });
  });
}

std::shared_ptr<Store> OwnThread::holding(std::shared_ptr<Store> store) {
  store_ = std::move(store);
  return {shared_from_this(), store_.get()};
}

OwnThread::~OwnThread() {
  store_.reset();
  work_.reset();
  if (!thread_.joinable()) return;
  // The last owner may be an answer's: then the thread ends by itself, right after it.
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

}  // namespace weir::store::redis
