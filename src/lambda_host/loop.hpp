// loop.hpp: one thread that does one thing at a time: an operation is started, and the loop runs until it is done.
// SIGTERM is seen meanwhile; it ends only what says that it may be ended.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/error_code.hpp>

#include <csignal>
#include <optional>
#include <utility>

namespace weir::lambda_host {

class Loop {
 public:
  Loop() : signals_(context_, SIGTERM) {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      ended_ = true;
      if (interruptible_ != nullptr) interruptible_->cancel();
    });
  }

  [[nodiscard]] boost::asio::io_context& context() { return context_; }
  // SIGTERM has come.
  [[nodiscard]] bool ended() {
    poll();
    return ended_;
  }

  // `start` is given what to call with an error_code, once, when the operation is done.
  template <class Start>
  boost::system::error_code await(Start&& start) {
    std::optional<boost::system::error_code> done;
    std::forward<Start>(start)([&done](boost::system::error_code error, auto&&...) { done = error; });
    while (!done) {
      context_.restart();
      context_.run_one();
    }
    return *done;
  }
  // The same; SIGTERM cancels what is under way on the stream.
  template <class Start>
  boost::system::error_code await_unless_ended(boost::beast::tcp_stream& stream, Start&& start) {
    if (ended()) return boost::asio::error::operation_aborted;
    interruptible_ = &stream;
    const boost::system::error_code error = await(std::forward<Start>(start));
    interruptible_ = nullptr;
    return error;
  }

 private:
  void poll() {
    context_.restart();
    context_.poll();
  }

  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_;
  boost::beast::tcp_stream* interruptible_ = nullptr;
  bool ended_ = false;
};

}  // namespace weir::lambda_host
