// transport.hpp: a TCP connection, with or without TLS, that never waits: every call does what can be done now and says
// what it wants to wait for. So that whoever uses it can stop waiting at any time, and go on later.
#pragma once

#include "store/redis/link/tls_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

typedef struct ssl_st SSL;

namespace weir::store::redis {

enum class Want : std::uint8_t { nothing, read, write };

class Transport {
 public:
  // Starts to connect. `server_name` is what the certificate must be for; without TLS it says nothing.
  [[nodiscard]] static std::expected<Transport, std::string> start(const boost::asio::any_io_executor& executor,
                                                                   const boost::asio::ip::tcp::endpoint& to,
                                                                   const TlsContext* tls,
                                                                   const std::string& server_name);

  // TCP and TLS: `nothing` when all is set up.
  [[nodiscard]] std::expected<Want, std::string> advance();

  struct Moved {
    std::size_t bytes = 0;
    Want wants = Want::nothing;  // set when no byte could be moved now
  };
  // An error is the end: the sentence says whose.
  [[nodiscard]] std::expected<Moved, std::string> read(std::span<char> into);
  [[nodiscard]] std::expected<Moved, std::string> write(std::string_view bytes);

  [[nodiscard]] boost::asio::posix::stream_descriptor& descriptor() { return descriptor_; }
  [[nodiscard]] bool is_connected() const { return connected_; }  // TCP
  [[nodiscard]] bool is_tls() const { return ssl_ != nullptr; }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const;
  };

  explicit Transport(const boost::asio::any_io_executor& executor) : descriptor_(executor) {}
  [[nodiscard]] std::expected<Moved, std::string> ssl_result(int result);

  boost::asio::posix::stream_descriptor descriptor_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  bool connected_ = false;
};

}  // namespace weir::store::redis
