// own_thread.hpp: the one I/O thread of a store whose user has no executor for it. It is started by the first call and
// joined when the last owner of the store goes; what is under way then is waited for, as long as a call takes.
#pragma once

#include "store/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace weir::store::redis {

class OwnThread : public std::enable_shared_from_this<OwnThread> {
 public:
  OwnThread() : io_(std::make_shared<boost::asio::io_context>(1)) {}
  OwnThread(const OwnThread&) = delete;
  OwnThread& operator=(const OwnThread&) = delete;
  ~OwnThread();

  [[nodiscard]] boost::asio::any_io_executor executor() const { return io_->get_executor(); }
  void start();  // from any thread, as often as one likes
  // The store as whoever holds it sees it: with its last owner the thread ends.
  [[nodiscard]] std::shared_ptr<Store> holding(std::shared_ptr<Store> store);

 private:
  using Work = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  const std::shared_ptr<boost::asio::io_context> io_;
  std::once_flag started_;
  std::unique_ptr<Work> work_;
  std::thread thread_;
  std::shared_ptr<Store> store_;
};

}  // namespace weir::store::redis
