// access_record.hpp: a line of the access log: what is known of a request when it is over.
//
//   {"time":"2026-01-15T10:00:00.123Z","method":"GET","path":"/v1/items","status":200,"duration_ms":1.25,
//    "route":"/v1/*","limit":"per-user","decision":"allowed","remaining":99,"upstream":"local"}
//
// and behind the upstream of a call of a model "model":"gpt-4o","tokens_in":7,"tokens_out":5, of a function
// "lambda_function":"orders","lambda_status":429,"lambda_reason":"CallerRateLimitExceeded".
#pragma once

#include "config/config.hpp"

#include <weir/decision.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::gateway {

// Empty text and absent numbers have no meaning for this request and no field in its line.
struct AccessRecord {
  Instant time{};  // when the request came
  std::string_view method{};
  std::string_view path{};  // :path; its query string is not logged
  int status = 0;           // 0: the client left before there was an answer
  std::chrono::nanoseconds duration{};
  std::string_view route{};
  std::string_view limit{};     // that refused; of those that passed, the one nearest to refusing
  std::string_view decision{};  // allowed, limited, denied, error, shadow
  std::optional<std::int64_t> remaining{};
  std::string_view upstream{};
  std::string_view model{};  // that was asked for
  std::optional<std::int64_t> tokens_in{};
  std::optional<std::int64_t> tokens_out{};
  std::string_view lambda_function{};  // its name
  int lambda_status = 0;               // Lambda's own; 0: it has not answered
  std::string_view lambda_reason{};    // why Lambda throttled; Shed
  std::string_view lambda_version{};   // that ran
  std::string_view key{};              // of `limit`; shown as a hash, or not at all
};

// Longer paths are cut there, in bytes.
inline constexpr std::size_t longest_logged_path = 8192;

// Appends one line of JSON with its end of line. Any bytes: what is not UTF-8 is shown byte by byte as \u00XX.
// Allocates only when `out` has to grow.
void append_access_line(std::string& out, const AccessRecord& record, config::AccessLog::Key key);

// `xxh64:` and 16 hex digits: XXH64 of the key with seed 0, as `xxh64sum` prints it.
void append_key_hash(std::string& out, std::string_view key);

}  // namespace weir::gateway
