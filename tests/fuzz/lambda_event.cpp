// Any bytes as a request: its event is JSON, and says what came.
#include <algorithm>
#include <boost/json/src.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/event/event.hpp"
#include "lambda/text/base64.hpp"

namespace {

namespace json = boost::json;
using namespace weir::lambda;  // NOLINT(google-build-using-namespace)

void require(bool condition) {
  if (!condition) std::abort();
}

std::string_view take(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  const std::string_view part = bytes.substr(0, end);
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  return part;
}

std::string built(Payload payload, const Request& request, std::string_view body, std::size_t piece) {
  EventBuilder event(payload, request, {}, 64U << 20);
  for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) event.append(body.substr(0, piece));
  return std::move(event).finish().value();
}

// Each byte that is no UTF-8 became U+FFFD: what is left must be the same.
bool same_but_for_replacements(std::string_view text, std::string_view original) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  while (!text.empty() && !original.empty()) {
    if (text.front() == original.front() && !(text.starts_with(replacement) && !original.starts_with(replacement))) {
      text.remove_prefix(1);
      original.remove_prefix(1);
    } else if (text.starts_with(replacement)) {
      text.remove_prefix(replacement.size());
      original.remove_prefix(1);
    } else {
      return false;
    }
  }
  return text.empty() && original.empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view path = take(rest);
  const std::string_view query = take(rest);
  const std::string_view type = take(rest);
  const std::string_view name = take(rest);
  const std::string_view value = take(rest);
  const std::string_view body = rest;
  const std::vector<FieldView> headers = {{"content-type", type}, {name, value}, {"cookie", value}, {name, path}};
  const Request request{
      .method = "POST", .path = path, .query = query, .headers = headers, .host = value, .client_address = value};
  for (const Payload payload : {Payload::v1, Payload::v2, Payload::alb}) {
    const std::string event = built(payload, request, body, size + 1);
    require(built(payload, request, body, 1) == event);
    require(built(payload, request, body, 7) == event);
    json::error_code error;
    const json::value tree = json::parse(event, error);
    require(!error);
    const json::object& object = tree.as_object();
    require(same_but_for_replacements(object.at(payload == Payload::v2 ? "rawPath" : "path").as_string(), path));
    if (payload == Payload::v2) require(same_but_for_replacements(object.at("rawQueryString").as_string(), query));
    if (body.empty()) continue;
    std::string read(object.at("body").as_string());
    if (object.at("isBase64Encoded").as_bool()) read.resize(decode_base64_in_place(read.data(), read.size()).value());
    require(read == body);
  }
  require(built(Payload::raw, request, body, 3) == (body.empty() ? "{}" : body));
  return 0;
}
