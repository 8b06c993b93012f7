#include "lambda_host/connection.hpp"

#include <boost/asio/ip/address.hpp>

#include <sys/socket.h>

#include <charconv>
#include <limits>
#include <utility>

namespace weir::lambda_host {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t longest_head = 64U << 10;  // a client context alone may have 3,583 bytes, base64

}  // namespace

std::optional<Endpoint> endpoint_of(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.contains(':')) {
    return std::nullopt;
  }
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool is_port = error == std::errc{} && end == digits.data() + digits.size() && port > 0 &&
                       port <= std::numeric_limits<std::uint16_t>::max();
  if (host.empty() || !is_port) return std::nullopt;
  for (const char byte : host) {
    if (byte <= ' ' || byte >= 0x7f || byte == '/') return std::nullopt;
  }
  return Endpoint{.host = std::string(host), .port = static_cast<std::uint16_t>(port)};
}

std::expected<bool, error_code> Connection::open(Deadline deadline) {
  if (open_ && !is_closed_by_peer()) return true;
  close();
  error_code error;
  if (addresses_.empty()) {
    const auto address = boost::asio::ip::make_address(endpoint_.host, error);
    if (!error) {
      addresses_.emplace_back(address, endpoint_.port);
    } else {
      // Once, before the first invocation: in Lambda it is an address.
      tcp::resolver resolver(loop_.context());
      for (const auto& found : resolver.resolve(endpoint_.host, std::to_string(endpoint_.port), error)) {
        addresses_.push_back(found.endpoint());
      }
      if (addresses_.empty()) return std::unexpected(error ? error : boost::asio::error::host_not_found);
    }
  }
  stream_.expires_at(deadline);
  error = loop_.await([&](auto done) { stream_.async_connect(addresses_, std::move(done)); });
  if (error) {
    close();
    return std::unexpected(error);
  }
  stream_.socket().set_option(tcp::no_delay(true), error);  // a piece of an answer is not to wait for the next one
  open_ = true;
  return false;
}

void Connection::close() {
  open_ = false;
  error_code ignored;
  stream_.socket().close(ignored);
  buffer_.clear();
}

// Nothing is expected on a connection that rests: whatever can be read, the end of it too, makes it useless.
bool Connection::is_closed_by_peer() {
  if (buffer_.size() > 0) return true;
  char byte = 0;
  const auto got = ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

std::expected<Response, error_code> Connection::read(std::uint64_t longest, Deadline deadline) {
  Parser parser;
  parser.body_limit(longest);
  parser.header_limit(longest_head);
  stream_.expires_at(deadline);
  return taken(parser, loop_.await([&](auto done) {
    boost::beast::http::async_read(stream_, buffer_, parser, std::move(done));
  }));
}

std::expected<Response, error_code> Connection::read_unless_ended(std::uint64_t longest) {
  Parser parser;
  parser.body_limit(longest);
  parser.header_limit(longest_head);
  stream_.expires_never();
  return taken(parser, loop_.await_unless_ended(stream_, [&](auto done) {
    boost::beast::http::async_read(stream_, buffer_, parser, std::move(done));
  }));
}

std::expected<Response, error_code> Connection::taken(Parser& parser, error_code error) {
  if (error) {
    close();
    return std::unexpected(error);
  }
  if (!parser.get().keep_alive()) close();
  return parser.release();
}

}  // namespace weir::lambda_host
