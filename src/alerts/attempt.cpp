#include "alerts/attempt.hpp"

#include "store/url/host.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace weir::alerts {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr int most_interim = 4;  // answers of 1xx before the one that counts

bool is_address(const std::string& host) {
  Error error;
  asio::ip::make_address(host, error);
  return !error;
}

class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(const asio::any_io_executor& executor, asio::ssl::context& tls, Post post, OnAttempted done)
      : post_(std::move(post)),
        done_(std::move(done)),
        timer_(executor),
        resolver_(executor),
        stream_(executor, tls),
        request_(http::verb::post, post_.webhook.target, 11) {
    request_.set(http::field::host, store::host_header({post_.webhook.host, post_.webhook.port}, post_.webhook.tls));
    request_.set(http::field::user_agent, "weir");
    request_.set(http::field::content_type, "application/json");
    request_.set(http::field::connection, "close");
    if (!post_.signature.empty()) request_.set("x-weir-signature", post_.signature);
    request_.body() = std::move(post_.body);
    request_.prepare_payload();
  }

  void start(std::chrono::nanoseconds patience) {
    timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(patience));
    timer_.async_wait([self = shared_from_this()](const Error& error) {
      if (!error) self->finish("no answer in time");
    });
    Error error;
    const auto address = asio::ip::make_address(post_.webhook.host, error);
    if (!error) return connect(std::array{tcp::endpoint(address, post_.webhook.port)});
    // A look-up that hangs is left behind: it can't be ended, but nobody waits for it.
    resolver_.async_resolve(post_.webhook.host, std::to_string(post_.webhook.port),
                            [self = shared_from_this()](const Error& error, const tcp::resolver::results_type& found) {
                              if (self->is_over(error, "its name is not known: ")) return;
                              self->connect(found);
                            });
  }

 private:
  template <class Endpoints>
  void connect(const Endpoints& endpoints) {
    beast::get_lowest_layer(stream_).async_connect(
        endpoints, [self = shared_from_this()](const Error& error, const tcp::endpoint&) {
          if (self->is_over(error, "no connection: ")) return;
          self->post_.webhook.tls ? self->shake_hands() : self->write(beast::get_lowest_layer(self->stream_));
        });
  }

  void shake_hands() {
    SSL* const ssl = stream_.native_handle();
    const std::string& host = post_.webhook.host;
    const bool address = is_address(host);
    const bool named = address
                           ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1
                           : SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
    if (!named) return finish("its name can't be checked");
    stream_.async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](const Error& error) {
      if (self->is_over(error, "TLS: ")) return;
      self->write(self->stream_);
    });
  }

  template <class Stream>
  void write(Stream& stream) {
    http::async_write(stream, request_, [self = shared_from_this(), &stream](const Error& error, std::size_t) {
      if (self->is_over(error, "the connection broke: ")) return;
      self->read(stream);
    });
  }

  template <class Stream>
  void read(Stream& stream) {
    parser_.emplace();
    parser_->header_limit(8192);
    http::async_read_header(stream, buffer_, *parser_,
                            [self = shared_from_this(), &stream](const Error& error, std::size_t) {
                              if (self->is_over(error, "no answer: ")) return;
                              const unsigned status = self->parser_->get().result_int();
                              if (status / 100 == 1 && ++self->interim_ <= most_interim) return self->read(stream);
                              self->finish(status / 100 == 2 ? "" : "it answered " + std::to_string(status));
                            });
  }

  [[nodiscard]] bool is_over(const Error& error, const std::string& what) {
    if (!done_) return true;
    if (error) finish(what + error.message());
    return static_cast<bool>(error);
  }

  void finish(std::string trouble) {
    if (!done_) return;
    timer_.cancel();
    resolver_.cancel();
    Error ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
    std::exchange(done_, nullptr)(std::move(trouble));
  }

  Post post_;
  OnAttempted done_;  // none: it is over
  asio::steady_timer timer_;
  tcp::resolver resolver_;
  beast::ssl_stream<beast::tcp_stream> stream_;  // without TLS its lowest layer alone is used
  http::request<http::string_body> request_;
  beast::flat_buffer buffer_{16384};
  std::optional<http::response_parser<http::empty_body>> parser_;
  int interim_ = 0;
};

}  // namespace

void attempt(const asio::any_io_executor& executor, asio::ssl::context& tls, Post post,
             std::chrono::nanoseconds patience, OnAttempted done) {
  std::make_shared<Attempt>(executor, tls, std::move(post), std::move(done))->start(patience);
}

}  // namespace weir::alerts
