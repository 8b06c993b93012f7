// Any bytes as what a Runtime API answers to invocation/next: an invocation only when it can be answered.
#include "lambda_host/event_head.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

namespace http = boost::beast::http;

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(1U << 16);
  boost::system::error_code error;
  parser.put(boost::asio::const_buffer(data, size), error);
  if (error || !parser.is_done()) return 0;
  const std::chrono::system_clock::time_point now{std::chrono::seconds(1'700'000'000)};
  const auto event = weir::lambda_host::event_of(parser.release(), now);
  if (!event) {
    require(!event.error().empty());
    return 0;
  }
  // It becomes part of a path, a deadline part of a sum.
  require(!event->request_id.empty() && event->request_id.find_first_of("/ \r\n?#%") == std::string::npos);
  require(event->deadline.time_since_epoch().count() > 0);
  require(event->deadline - now < std::chrono::hours(24 * 365 * 250));
  return 0;
}
