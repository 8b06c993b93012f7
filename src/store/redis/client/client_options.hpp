// client_options.hpp: what a Client is made of.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/url/store_url.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>

namespace weir::store::redis {

struct TlsFiles {
  std::string ca{};           // PEM file of authorities; empty: the system's
  std::string cert{};         // PEM file of our own certificate, with its chain
  std::string key{};          // PEM file of its key
  std::string server_name{};  // what the certificate must be for; empty: the host of the URL
};

struct ClientOptions {
  StoreUrl url;
  TlsFiles tls{};
  std::size_t max_queued = 65'536;                  // commands that wait or are under way, on one connection
  std::size_t max_reply = 64U << 20;                // bytes of one answer
  std::chrono::milliseconds connect_timeout{1000};  // name look-up, TCP, TLS, AUTH and SELECT together
  std::chrono::milliseconds least_backoff{20};      // between attempts to connect: doubles, with jitter,
  std::chrono::milliseconds most_backoff{500};      // up to this; so that a server that is back is found in time
};

// The error says which file of TLS can't be used and why. Connects with the first command, not before.
[[nodiscard]] std::expected<std::shared_ptr<Client>, std::string> make_client(boost::asio::any_io_executor executor,
                                                                              ClientOptions options);

}  // namespace weir::store::redis
