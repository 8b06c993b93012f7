#include "gateway/lambda/client_event.hpp"

#include "gateway/client_network.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace weir::gateway {

namespace {

bool is_private(std::string_view name) {
  return name.starts_with("x-weir-lambda-") || name.starts_with("x-envoy-lambda-");
}

// A UUID of version 4, as API Gateway gives one to each request.
std::string request_id() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view form = "xxxxxxxx-xxxx-4xxx-Vxxx-xxxxxxxxxxxx";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id(form);
  std::uint64_t bits = 0;
  int left = 0;
  for (char& each : id) {
    if (each != 'x' && each != 'V') continue;
    if (left == 0) {
      bits = random();
      left = 16;
    }
    const std::size_t digit = bits & 15;
    each = digits[each == 'V' ? 8 + digit % 4 : digit];
    bits >>= 4;
    --left;
  }
  return id;
}

std::size_t body_size(std::string_view content_length) {
  std::size_t size = 0;
  const char* const end = content_length.data() + content_length.size();
  const auto [at, error] = std::from_chars(content_length.data(), end, size);
  return error == std::errc() && at == end ? size : 0;
}

}  // namespace

lambda::EventBuilder begin_event(const config::Lambda& lambda, const ClientRequest& request) {
  std::vector<lambda::FieldView> fields;
  fields.reserve(request.headers.size());
  std::string_view content_length;
  std::string_view target;
  lambda::Request event;
  for (const auto& [name, value] : request.headers) {
    if (name == ":method") {
      event.method = value;
    } else if (name == ":path") {
      target = value;
    } else if (name == ":authority") {
      event.host = value;
    } else if (!is_private(name)) {
      if (name == "content-length") content_length = value;
      fields.push_back({name, value});
    }
  }
  const std::size_t mark = target.find('?');
  event.path = target.substr(0, mark);
  if (mark != std::string_view::npos) event.query = target.substr(mark + 1);
  event.headers = fields;
  if (!request.protocol.empty()) event.protocol = request.protocol;
  event.client_address = host_part(request.client_address);
  const std::string id = request_id();
  event.id = id;
  event.unix_ms = request.unix_ms;
  const lambda::Context context{
      .stage = lambda.context.stage, .api_id = lambda.context.api_id, .account_id = lambda.context.account_id};
  return {lambda.payload, event, context, max_event(lambda.invoke), body_size(content_length)};
}

}  // namespace weir::gateway
