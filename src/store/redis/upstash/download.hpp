// download.hpp: a text over HTTP or HTTPS, got in steps that never wait. Between two steps nothing is posted, so that a
// download may stand still for any time and keeps no executor running.
#pragma once

#include "store/redis/link/lookup.hpp"
#include "store/redis/link/tls_context.hpp"
#include "store/redis/link/transport.hpp"
#include "store/url/source_url.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace weir::store::redis::upstash {

class Download {
 public:
  static constexpr std::size_t most_bytes = std::size_t{8} << 20;
  static constexpr std::size_t bytes_a_step = std::size_t{64} << 10;
  using Result = std::expected<std::string, std::string>;  // the text, or what is wrong in a sentence

  // `tls` for https alone. Of an answer that has no length it is not known whether it is whole: it counts as none, as
  // does one that is not 200 or is larger than most_bytes. Redirects are not followed.
  Download(boost::asio::any_io_executor executor, store::SourceUrl from, std::shared_ptr<const TlsContext> tls);
  ~Download();
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  // What can be done now. None: there is more to do.
  [[nodiscard]] std::optional<Result> step();

 private:
  enum class Stage : std::uint8_t { looking_up, connecting, asking, reading };
  class Response;  // the parser

  [[nodiscard]] std::optional<Result> connect();
  [[nodiscard]] std::optional<Result> next_address(const std::string& why);
  [[nodiscard]] std::optional<Result> ask();
  [[nodiscard]] std::optional<Result> read();

  boost::asio::any_io_executor executor_;
  store::SourceUrl from_;
  std::shared_ptr<const TlsContext> tls_;
  Stage stage_ = Stage::looking_up;
  Lookup lookup_;
  Lookup::Addresses addresses_;
  std::size_t tried_ = 0;
  std::optional<Transport> transport_;
  std::string request_;  // not sent yet
  std::unique_ptr<Response> response_;
};

}  // namespace weir::store::redis::upstash
