// connection.hpp: one connection to the Runtime API, made when it is needed and used again. It may have been closed by
// the other side while the process was frozen: that is looked for before anything is written.
#pragma once

#include "lambda_host/loop.hpp"
#include "store/url/host.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::lambda_host {

using Deadline = std::chrono::steady_clock::time_point;
using Response = boost::beast::http::response<boost::beast::http::string_body>;

// HOST:PORT of AWS_LAMBDA_RUNTIME_API; [ADDRESS]:PORT for IPv6. Nothing when it is neither.
using Endpoint = store::HostPort;
[[nodiscard]] std::optional<Endpoint> endpoint_of(std::string_view text);

class Connection {
 public:
  Connection(Loop& loop, Endpoint endpoint) : loop_(loop), endpoint_(std::move(endpoint)), stream_(loop.context()) {}

  // Open and fit to be written to. True: it is an old one, which the other side may be closing just now.
  [[nodiscard]] std::expected<bool, boost::system::error_code> open(Deadline deadline);
  void close();

  template <class Request>
  boost::system::error_code write(Request& request, Deadline deadline) {
    stream_.expires_at(deadline);
    return loop_.await([&](auto done) { boost::beast::http::async_write(stream_, request, std::move(done)); });
  }
  template <class Serializer>
  boost::system::error_code write_head(Serializer& serializer, Deadline deadline) {
    stream_.expires_at(deadline);
    return loop_.await(
        [&](auto done) { boost::beast::http::async_write_header(stream_, serializer, std::move(done)); });
  }
  template <class Buffers>
  boost::system::error_code write_bytes(const Buffers& bytes, Deadline deadline) {
    stream_.expires_at(deadline);
    return loop_.await([&](auto done) { boost::asio::async_write(stream_, bytes, std::move(done)); });
  }
  // At most `longest` bytes of body. Closes the connection when it can't be used again.
  [[nodiscard]] std::expected<Response, boost::system::error_code> read(std::uint64_t longest, Deadline deadline);
  // The same however long it takes, or until SIGTERM (operation_aborted).
  [[nodiscard]] std::expected<Response, boost::system::error_code> read_unless_ended(std::uint64_t longest);

 private:
  using Parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

  [[nodiscard]] bool is_closed_by_peer();
  [[nodiscard]] std::expected<Response, boost::system::error_code> taken(Parser& parser,
                                                                         boost::system::error_code error);

  Loop& loop_;
  Endpoint endpoint_;
  std::vector<boost::asio::ip::tcp::endpoint> addresses_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  bool open_ = false;
};

}  // namespace weir::lambda_host
