// attempt.hpp: one try to connect to a server: where it is, its name looked up, TCP, TLS, AUTH, SELECT.
//
// Each call of advance() does what can be done without waiting; between two calls nothing is posted, so that an attempt
// may stand still for any time.
#pragma once

#include "store/redis/link/lookup.hpp"
#include "store/redis/link/tls_context.hpp"
#include "store/redis/link/transport.hpp"
#include "store/redis/resp/reader.hpp"
#include "store/url/store_url.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::store::redis {

using Found = std::expected<HostPort, std::string>;
// Calls `found` once, not inside itself, no later than the deadline.
using Locate = std::function<void(std::chrono::steady_clock::time_point deadline, std::function<void(Found)> found)>;

struct Destination {
  HostPort address{};
  Locate locate{};  // when set, it says the address
  std::string user{};
  std::string password{};
  int database = 0;
  std::shared_ptr<const TlsContext> tls{};  // null: none
  std::string server_name{};                // what the certificate must be for; empty: the host
  bool password_is_optional = false;        // for those alone who want one
  bool master_only = false;                 // what says that it is a replica is none; READONLY means: look again
};

class Attempt {
 public:
  enum class Step : std::uint8_t {
    ready,
    read,  // wait until the socket can be read, written
    write,
    called,  // `wake` will be called
    failed,
  };

  // `wake` comes on the executor. `turn` says with which of several addresses of a name to start.
  Attempt(boost::asio::any_io_executor executor, const Destination& to, std::size_t max_reply, std::size_t turn,
          std::chrono::steady_clock::time_point deadline, std::function<void()> wake);

  [[nodiscard]] Step advance();

  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] std::string doing() const;  // a sentence for when it takes too long
  [[nodiscard]] std::string where() const;  // HOST:PORT
  // While advance() says read or write, and once it says ready.
  [[nodiscard]] Transport& transport() { return *transport_; }
  // Grows with each step that was made, of which there are few.
  [[nodiscard]] std::size_t progress() const;
  [[nodiscard]] bool has_transport() const { return transport_.has_value(); }

 private:
  enum class Stage : std::uint8_t { locating, looking_up, connecting, greeting };
  // What is asked first: the answer is none of our business, unless it says why this can't go on.
  using Judge = std::optional<std::string> (*)(const Value& answer);

  [[nodiscard]] Step locate();
  [[nodiscard]] Step look_up();
  [[nodiscard]] Step connect();
  [[nodiscard]] Step greet();
  [[nodiscard]] Step next_address(std::string why);
  [[nodiscard]] Step fail(std::string why);
  void write_greeting();

  boost::asio::any_io_executor executor_;
  Destination to_;
  std::chrono::steady_clock::time_point deadline_;
  std::function<void()> wake_;
  std::size_t turn_;
  Stage stage_;
  std::shared_ptr<std::optional<Found>> found_;
  std::unique_ptr<Lookup> lookup_;
  Lookup::Addresses addresses_;
  std::size_t tried_ = 0;
  std::optional<Transport> transport_;
  std::string greeting_;  // not written yet
  std::deque<Judge> judges_;
  std::size_t answers_ = 0;
  Reader reader_;
  std::string error_;
};

}  // namespace weir::store::redis
