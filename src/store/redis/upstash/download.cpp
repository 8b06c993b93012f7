#include "store/redis/upstash/download.hpp"

#include "store/url/host.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <span>
#include <utility>

namespace weir::store::redis::upstash {
namespace {

namespace http = boost::beast::http;

std::string request_for(const store::SourceUrl& url) {
  return "GET " + url.target + " HTTP/1.1\r\nHost: " + store::host_header(url.host, url.tls) +
         "\r\nUser-Agent: weir\r\nAccept: text/plain, */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n";
}

Download::Result wrong(std::string why) { return std::unexpected(std::move(why)); }

}  // namespace

class Download::Response {
 public:
  Response() {
    constexpr std::uint32_t most_header = 16U << 10U;
    parser_.header_limit(most_header);
    parser_.body_limit(most_bytes);
    parser_.eager(true);
  }

  // None: there is more to come.
  [[nodiscard]] std::optional<Result> take(std::span<const char> bytes) {
    rest_.append(bytes.data(), bytes.size());
    while (!rest_.empty() && !parser_.is_done()) {
      boost::system::error_code error;
      const std::size_t used = parser_.put(boost::asio::buffer(rest_), error);
      rest_.erase(0, used);
      if (error == http::error::need_more) break;
      if (error == http::error::body_limit) return wrong("its answer is larger than 8 MiB");
      if (error) return wrong("it does not talk HTTP: " + error.message());
      if (used == 0) break;
    }
    if (!parser_.is_header_done()) return std::nullopt;
    if (parser_.get().result_int() != 200) return wrong("it answers " + std::to_string(parser_.get().result_int()));
    if (!parser_.is_done() && !parser_.content_length() && !parser_.chunked()) {
      return wrong("its answer says no length");
    }
    if (!parser_.is_done()) return std::nullopt;
    return std::move(parser_.get().body());
  }

 private:
  http::response_parser<http::string_body> parser_;
  std::string rest_;  // that the parser has not taken
};

Download::Download(boost::asio::any_io_executor executor, store::SourceUrl from, std::shared_ptr<const TlsContext> tls)
    : executor_(std::move(executor)),
      from_(std::move(from)),
      tls_(std::move(tls)),
      lookup_(executor_, from_.host, [] {}),
      request_(request_for(from_)),
      response_(std::make_unique<Response>()) {}

Download::~Download() = default;

std::optional<Download::Result> Download::step() {
  switch (stage_) {
    case Stage::looking_up: {
      const auto found = lookup_.result();
      if (!found) return std::nullopt;
      if (!*found) return wrong(found->error());
      addresses_ = **found;
      stage_ = Stage::connecting;
      return connect();
    }
    case Stage::connecting:
      return connect();
    case Stage::asking:
      return ask();
    case Stage::reading:
      break;
  }
  return read();
}

// A name may have several: the next one may answer.
std::optional<Download::Result> Download::next_address(const std::string& why) {
  transport_.reset();
  if (++tried_ < addresses_.size()) return std::nullopt;
  return wrong("no connection to " + from_.host.host + ": " + why);
}

std::optional<Download::Result> Download::connect() {
  if (!transport_) {
    auto started = Transport::start(executor_, addresses_[tried_], from_.tls ? tls_.get() : nullptr, from_.host.host);
    if (!started) return next_address(started.error());
    transport_.emplace(std::move(*started));
  }
  const auto wants = transport_->advance();
  if (!wants) return next_address(wants.error());
  if (*wants != Want::nothing) return std::nullopt;
  stage_ = Stage::asking;
  return ask();
}

std::optional<Download::Result> Download::ask() {
  while (!request_.empty()) {
    const auto moved = transport_->write(request_);
    if (!moved) return wrong(moved.error());
    if (moved->bytes == 0) return std::nullopt;
    request_.erase(0, moved->bytes);
  }
  stage_ = Stage::reading;
  return read();
}

std::optional<Download::Result> Download::read() {
  std::array<char, 16U << 10U> buffer;
  for (std::size_t left = bytes_a_step; left >= buffer.size(); left -= buffer.size()) {
    const auto moved = transport_->read(buffer);
    if (!moved) return wrong(moved.error());
    if (moved->bytes == 0) return std::nullopt;
    if (auto result = response_->take(std::span(buffer).first(moved->bytes))) return result;
  }
  return std::nullopt;
}

}  // namespace weir::store::redis::upstash
