#include "store/redis/store/own_thread.hpp"

#include "store/signals_blocked.hpp"

#include <pthread.h>

namespace weir::store::redis {
void OwnThread::start() {
  std::call_once(started_, [this] {
    work_ = std::make_unique<Work>(io_->get_executor());
    const SignalsBlocked blocked;
    thread_ = std::thread([io = io_] {
      ::pthread_setname_np(::pthread_self(), "weir-redis");
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
