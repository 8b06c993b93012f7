// Any bytes as what a function put out: an answer exactly when a reader of the whole tree finds one, and the same.
#include <algorithm>
#include <boost/json/src.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "json/half_a_pair.hpp"
#include "lambda/answer/answer.hpp"
#include "lambda/text/base64.hpp"
#include "lambda/text/json_cursor.hpp"

namespace {

namespace json = boost::json;
using weir::lambda::Payload;

void require(bool condition) {
  if (!condition) std::abort();
}

// What the tree says; headers only as far as they are not malformed.
struct Expected {
  bool is_answer = false;
  int status = 200;
  std::string body;
};

bool is_clean(std::string_view text) { return weir::lambda::is_field_value(text); }

bool is_value(const json::value& value) { return !value.is_object() && !value.is_array(); }

bool is_clean_member(const json::key_value_pair& member, bool lists) {
  if (!weir::lambda::is_field_name(member.key()) && !member.value().is_null() && !member.value().is_array())
    return false;
  if (lists && member.value().is_array()) {
    return std::ranges::all_of(member.value().get_array(), [&](const json::value& each) {
      if (each.is_null()) return true;
      if (!is_value(each) || !weir::lambda::is_field_name(member.key())) return false;
      return !each.is_string() || is_clean(each.get_string());
    });
  }
  return is_value(member.value()) && (!member.value().is_string() || is_clean(member.value().get_string()));
}

bool are_headers(const json::object& output, const char* name, bool lists) {
  const json::value* headers = output.if_contains(name);
  if (headers == nullptr || headers->is_null()) return true;
  if (!headers->is_object()) return false;
  // Repeated names are one in a tree, and several headers in an answer: such objects are left to unit tests.
  return std::ranges::all_of(headers->get_object(), [&](const auto& each) { return is_clean_member(each, lists); });
}

bool are_cookies(const json::object& output) {
  const json::value* cookies = output.if_contains("cookies");
  if (cookies == nullptr || cookies->is_null()) return true;
  return cookies->is_array() &&
         std::ranges::all_of(cookies->get_array(), [](const json::value& each) { return each.is_string(); });
}

bool are_clean_cookies(const json::object& output) {
  const json::value* cookies = output.if_contains("cookies");
  if (cookies == nullptr || cookies->is_null()) return true;
  return std::ranges::all_of(cookies->get_array(), [](const json::value& each) { return is_clean(each.get_string()); });
}

Expected of_object(const json::object& output, Payload payload) {
  const json::value* status = output.if_contains("statusCode");
  const json::value* body = output.if_contains("body");
  const json::value* coded = output.if_contains("isBase64Encoded");
  Expected answer;
  if (status == nullptr || !status->is_int64() || status->get_int64() < 200 || status->get_int64() > 599) return answer;
  const bool flag = coded != nullptr && coded->is_bool() && coded->get_bool();
  if (coded != nullptr && !coded->is_null() && !coded->is_bool()) return answer;
  if (body != nullptr && !body->is_null() && !body->is_string()) return answer;
  if (!are_headers(output, "headers", false) || !are_cookies(output)) return answer;
  // A wrong type is malformed wherever it stands; v2 does not look into the text of multiValueHeaders, v1 not of
  // cookies.
  const json::value* multi = output.if_contains("multiValueHeaders");
  if (payload != Payload::v2 && !are_headers(output, "multiValueHeaders", true)) return answer;
  if (payload == Payload::v2 && multi != nullptr && !multi->is_null()) {
    if (!multi->is_object()) return answer;
    for (const auto& each : multi->get_object()) {
      if (each.value().is_object()) return answer;
      if (!each.value().is_array()) continue;
      if (!std::ranges::all_of(each.value().get_array(), is_value)) return answer;
    }
  }
  if ((payload == Payload::v2 || payload == Payload::raw) && !are_clean_cookies(output)) return answer;
  answer.status = static_cast<int>(status->get_int64());
  if (body != nullptr && body->is_string()) answer.body = body->get_string();
  if (flag) {
    const auto size = weir::lambda::decode_base64_in_place(answer.body.data(), answer.body.size());
    if (!size) return answer;
    answer.body.resize(*size);
  }
  answer.is_answer = true;
  return answer;
}

std::string_view without_space(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

// Nothing where the two readers differ on purpose.
std::optional<Expected> expected(std::string_view text, Payload payload) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = weir::lambda::JsonCursor::max_depth;
  const json::value tree = json::parse(text, error, {}, options);
  if (error == json::error::exponent_overflow || weir::has_half_a_pair(text)) return std::nullopt;
  if (error) return Expected{};
  const bool infers = payload == Payload::v2 || payload == Payload::raw;
  if (tree.is_object() && (!infers || tree.get_object().contains("statusCode")))
    return of_object(tree.get_object(), payload);
  if (!infers) return Expected{};
  if (payload == Payload::v2 && tree.is_string()) return Expected{true, 200, std::string(tree.get_string())};
  return Expected{true, 200, std::string(without_space(text))};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Payload payload : {Payload::v1, Payload::v2, Payload::alb, Payload::raw}) {
    const auto answer = weir::lambda::unwrap(payload, std::string(text), "GET");
    if (answer) {
      require(answer->head.status >= 200 && answer->head.status <= 599);
      for (const auto& [name, value] : answer->head.headers) {
        require(weir::lambda::is_field_name(name) && is_clean(value) && weir::lambda::leaves_answer(name));
      }
    }
    const std::optional<Expected> wanted = expected(text, payload);
    if (!wanted || text.size() > weir::lambda::max_headers_size) continue;
    // Repeated header names may hide a malformed one from the tree.
    if (wanted->is_answer && !answer && answer.error() != weir::lambda::Malformed::json) continue;
    require(wanted->is_answer == answer.has_value());
    if (!answer) continue;
    require(answer->head.status == wanted->status);
    require(answer->body == (weir::lambda::has_body("GET", wanted->status) ? wanted->body : ""));
  }
  return 0;
}
