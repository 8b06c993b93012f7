#include "cli/admin_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "config/characters.hpp"
#include "config/url.hpp"
#include "store/url/host.hpp"

namespace weir::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Addresses = std::vector<tcp::endpoint>;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::uint64_t longest_answer = std::uint64_t{64} << 20;  // bytes: the longest deny list there may be

// The system's resolver can't be interrupted: a thread that may outlive the call asks it.
std::expected<Addresses, std::string> resolve(const std::string& host, std::uint16_t port, SteadyTime deadline) {
  error_code no_address;
  const asio::ip::address address = asio::ip::make_address(host, no_address);
  if (!no_address) return Addresses{{address, port}};
  if (config::lower_case(host) == "localhost") {
    return Addresses{{asio::ip::address_v4::loopback(), port}, {asio::ip::address_v6::loopback(), port}};
  }
  struct Found {
    error_code error;
    Addresses addresses;
  };
  auto promise = std::make_shared<std::promise<Found>>();
  std::future<Found> future = promise->get_future();
  std::thread([promise, host, port] {
    asio::io_context context;
    Found found;
    for (const auto& entry : tcp::resolver(context).resolve(host, std::to_string(port), found.error)) {
      found.addresses.push_back(entry.endpoint());
    }
    promise->set_value(std::move(found));
  }).detach();
  if (future.wait_until(deadline) != std::future_status::ready)
    return std::unexpected("its name was not resolved in time");
  Found found = future.get();
  if (found.error || found.addresses.empty()) return std::unexpected("its name is not known");
  return std::move(found.addresses);
}

std::string why(const error_code& error) {
  if (error == beast::error::timeout) return "it did not answer in time";
  if (error == http::error::body_limit || error == http::error::header_limit) return "its answer is too long";
  if (error == http::error::end_of_stream || error == asio::error::eof || error == http::error::partial_message) {
    return "it closed the connection without a whole answer";
  }
  if (error.category() == http::make_error_code(http::error::bad_version).category())
    return "its answer is no HTTP/1.1";
  return error.message();
}

// Connect, write, read, one after the other, on a stream whose deadline covers all of them.
class Exchange {
 public:
  Exchange(const AdminAddress& address, std::string_view method, std::string_view target, std::string_view body,
           SteadyTime deadline)
      : stream_(context_) {
    stream_.expires_at(deadline);
    request_.version(11);
    request_.method_string(method);
    request_.target(address.path + std::string(target));
    request_.set(http::field::host, store::shown({address.host, address.port}));
    request_.set(http::field::connection, "close");
    request_.set(http::field::accept, "application/json");
    request_.set(http::field::user_agent, "weir");
    if (!address.token.empty()) request_.set(http::field::authorization, "Bearer " + address.token);
    if (!body.empty()) request_.set(http::field::content_type, "application/json");
    request_.body() = body;
    request_.prepare_payload();
    response_.body_limit(longest_answer);
  }

  std::expected<AdminAnswer, std::string> run(const Addresses& addresses) {
    stream_.async_connect(addresses, [this](error_code error, const tcp::endpoint&) {
      if (failed(error)) return;
      http::async_write(stream_, request_, [this](error_code wrong, std::size_t) {
        if (failed(wrong)) return;
        http::async_read(stream_, buffer_, response_, [this](error_code last, std::size_t) { failed(last); });
      });
    });
    context_.run();
    if (error_) return std::unexpected(why(error_));
    return AdminAnswer{.status = static_cast<int>(response_.get().result_int()),
                       .body = std::move(response_.get().body())};
  }

 private:
  bool failed(const error_code& error) {
    error_ = error;
    return static_cast<bool>(error);
  }

  asio::io_context context_;
  beast::tcp_stream stream_;
  http::request<http::string_body> request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> response_;
  error_code error_;
};

}  // namespace

std::expected<AdminAddress, std::string> parse_admin_url(std::string_view url) {
  const bool bare = url.find("://") == std::string_view::npos;
  const auto parsed = config::parse_url(bare ? "http://" + std::string(url) : std::string(url));
  if (!parsed) return std::unexpected("--admin must be a URL like http://127.0.0.1:9090");
  if (parsed->tls) {
    return std::unexpected(
        "--admin must be an http URL: the admin listener has no TLS; reach a far one through a tunnel");
  }
  return AdminAddress{.host = parsed->host, .port = parsed->port, .path = parsed->path};
}

std::expected<AdminAnswer, std::string> ask(const AdminAddress& address, std::string_view method,
                                            std::string_view target, std::string_view body) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + address.patience;
  const auto addresses = resolve(address.host, address.port, deadline);
  if (!addresses) return std::unexpected(addresses.error());
  return Exchange(address, method, target, body, deadline).run(*addresses);
}

}  // namespace weir::cli
