// unread_api.hpp: a Runtime API that hands out one invocation, and then takes nothing any more.
#pragma once

#include "lambda_host/scripted_api.hpp"

#include <future>
#include <string>
#include <thread>

namespace weir::lambda_host {

class UnreadApi {
 public:
  UnreadApi() : acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}), thread_([this] { serve(); }) {}
  ~UnreadApi() { end(); }

  [[nodiscard]] Endpoint endpoint() const { return {.host = "127.0.0.1", .port = acceptor_.local_endpoint().port()}; }
  // It is gone.
  void end() {
    if (!thread_.joinable()) return;
    over_.set_value();
    thread_.join();
  }

 private:
  void serve() {
    boost::asio::ip::tcp::socket socket(context_);
    acceptor_.accept(socket);
    boost::asio::streambuf request;
    boost::asio::read_until(socket, request, "\r\n\r\n");
    boost::asio::write(socket,
                       boost::asio::buffer(ScriptedApi::event("id-1", "{}", "Lambda-Runtime-Deadline-Ms: 1\r\n")));
    over_.get_future().wait();
    acceptor_.close();
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::promise<void> over_;
  std::thread thread_;
};

}  // namespace weir::lambda_host
