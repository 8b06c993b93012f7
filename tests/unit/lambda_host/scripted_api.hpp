// scripted_api.hpp: a Runtime API that says what a test wrote down, and keeps what it was told.
#pragma once

#include "lambda_host/connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <cstddef>
#include <functional>
#include <istream>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace weir::lambda_host {

// One connection after the other; on each, one answer a request, until its answers are used up: then it is closed.
class ScriptedApi {
 public:
  using Connections = std::vector<std::vector<std::string>>;

  explicit ScriptedApi(Connections connections)
      : connections_(std::move(connections)),
        acceptor_(context_, {boost::asio::ip::address_v4::loopback(), 0}),
        thread_([this] { serve(); }) {}
  ~ScriptedApi() { thread_.join(); }

  [[nodiscard]] Endpoint endpoint() const { return {.host = "127.0.0.1", .port = acceptor_.local_endpoint().port()}; }
  // Each as it came, head and body. After the last connection.
  [[nodiscard]] std::vector<std::string> requests() {
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread([] {});
    return requests_;
  }

  static std::string event(std::string_view id, std::string_view body, std::string_view more = "") {
    return "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: " + std::string(id) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more) + "\r\n" +
           std::string(body);
  }
  static std::string status(int code) {
    return "HTTP/1.1 " + std::to_string(code) + " Said\r\nContent-Length: 0\r\n\r\n";
  }

 private:
  void serve() {
    for (const auto& answers : connections_) {
      boost::asio::ip::tcp::socket socket(context_);
      acceptor_.accept(socket);
      boost::asio::streambuf buffer;
      for (const std::string& answer : answers) {
        if (!read_request(socket, buffer)) break;
        boost::system::error_code ignored;
        boost::asio::write(socket, boost::asio::buffer(answer), ignored);
      }
    }
    acceptor_.close();
  }

  bool read_request(boost::asio::ip::tcp::socket& socket, boost::asio::streambuf& buffer) {
    std::string request;
    if (!take_until(socket, buffer, "\r\n\r\n", request)) return false;
    const bool chunked = request.find("Transfer-Encoding: chunked") != std::string::npos;
    if (chunked) {
      // The last chunk and its trailers end with an empty line, which no piece of these tests contains.
      if (!take_until(socket, buffer, "\r\n\r\n", request)) return false;
    } else if (const std::size_t at = request.find("Content-Length: "); at != std::string::npos) {
      const std::size_t length = std::stoul(request.substr(at + std::string_view("Content-Length: ").size()));
      while (buffer.size() < length) {
        boost::system::error_code error;
        boost::asio::read(socket, buffer, boost::asio::transfer_at_least(1), error);
        if (error) return false;
      }
      take(buffer, length, request);
    }
    requests_.push_back(std::move(request));
    return true;
  }

  static bool take_until(boost::asio::ip::tcp::socket& socket, boost::asio::streambuf& buffer, const char* end,
                         std::string& into) {
    boost::system::error_code error;
    const std::size_t size = boost::asio::read_until(socket, buffer, end, error);
    if (error) return false;
    take(buffer, size, into);
    return true;
  }
  static void take(boost::asio::streambuf& buffer, std::size_t size, std::string& into) {
    into.append(static_cast<const char*>(buffer.data().data()), size);
    buffer.consume(size);
  }

  Connections connections_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace weir::lambda_host
