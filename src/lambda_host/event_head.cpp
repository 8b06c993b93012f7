#include "lambda_host/event_head.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace weir::lambda_host {
namespace {

constexpr std::size_t longest_id = 256;

// It becomes part of a path as it is.
bool is_request_id(std::string_view text) {
  const auto plain = [](char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '-' || byte == '_' || byte == '.' || byte == '~';
  };
  return !text.empty() && text.size() <= longest_id && text != "." && text != ".." && std::ranges::all_of(text, plain);
}

// Unix milliseconds.
std::optional<std::chrono::system_clock::time_point> time_of(std::string_view text) {
  constexpr std::int64_t last = 9'000'000'000'000;  // the year 2255, within a nanosecond clock's range
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error != std::errc{} || end != text.data() + text.size() || milliseconds <= 0 || milliseconds > last)
    return std::nullopt;
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

}  // namespace

std::expected<lambda::Event, std::string> event_of(NextAnswer answer, std::chrono::system_clock::time_point now) {
  if (answer.result_int() != 200) {
    return std::unexpected("it answers invocation/next with status " + std::to_string(answer.result_int()));
  }
  const auto header = [&](std::string_view name) {
    const auto value = answer[boost::beast::string_view(name.data(), name.size())];
    return std::string(value.data(), value.size());
  };
  lambda::Event event;
  event.request_id = header("Lambda-Runtime-Aws-Request-Id");
  if (!is_request_id(event.request_id)) return std::unexpected("it answers invocation/next without a request id");
  event.function_arn = header("Lambda-Runtime-Invoked-Function-Arn");
  event.trace_id = header("Lambda-Runtime-Trace-Id");
  event.client_context = header("Lambda-Runtime-Client-Context");
  event.identity = header("Lambda-Runtime-Cognito-Identity");
  event.deadline = time_of(header("Lambda-Runtime-Deadline-Ms")).value_or(now + longest_invocation);
  event.body = std::move(answer.body());
  return event;
}

}  // namespace weir::lambda_host
