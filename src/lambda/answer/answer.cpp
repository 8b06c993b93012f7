#include "lambda/answer/answer.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "lambda/answer/members.hpp"
#include "lambda/text/base64.hpp"

namespace weir::lambda {

namespace {

// What an answer without a content type has.
constexpr std::string_view default_type(Payload payload) noexcept {
  switch (payload) {
    case Payload::v2:
      return "text/plain; charset=utf-8";
    case Payload::alb:
      return "application/octet-stream";
    default:
      return "application/json";
  }
}

// The names that a Connection header lists belong to the connection, too.
std::set<std::string> named_by_connection(const Fields& fields) {
  std::set<std::string> names;
  for (const Field& field : fields) {
    if (!same_name(field.name, "connection")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      names.insert(lower_case(trimmed(rest.substr(0, comma))));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
  return names;
}

// API Gateway: a pair that both members have appears once.
void merge(Members& members) {
  std::set<std::pair<std::string, std::string_view>> known;
  for (const Field& field : members.multi_headers) known.emplace(lower_case(field.name), field.value);
  std::erase_if(members.headers,
                [&](const Field& field) { return known.contains({lower_case(field.name), field.value}); });
  members.headers.insert(members.headers.end(), members.multi_headers.begin(), members.multi_headers.end());
}

void add_cookies(Members& members) {
  for (std::string& cookie : members.cookies) members.headers.push_back({"set-cookie", std::move(cookie)});
}

std::expected<Fields, Malformed> clean(const Fields& fields) {
  const std::set<std::string> dropped = named_by_connection(fields);
  Fields kept;
  std::size_t size = 0;
  for (const Field& field : fields) {
    if (!is_field_name(field.name) || !is_field_value(field.value)) return std::unexpected(Malformed::header_text);
    size += field.name.size() + field.value.size() + 32;
    if (size > max_headers_size) return std::unexpected(Malformed::headers_size);
    std::string name = lower_case(field.name);
    if (leaves_answer(name) && !dropped.contains(name))
      kept.push_back({std::move(name), std::string(trimmed(field.value))});
  }
  return kept;
}

bool has_type(const Fields& fields) {
  return std::ranges::any_of(fields, [](const Field& field) { return field.name == "content-type"; });
}

std::expected<AnswerHead, Malformed> head_of(const Members& members) {
  if (members.wrong) return std::unexpected(*members.wrong);
  if (members.status < 200 || members.status > 599) return std::unexpected(Malformed::status);
  std::expected<Fields, Malformed> fields = clean(members.headers);
  if (!fields) return std::unexpected(fields.error());
  return AnswerHead{members.status, *std::move(fields)};
}

// The body's text within `output`, unescaped and decoded where it lies, becomes all of `output`.
bool keep_body(std::string& output, const JsonString& body, bool is_base64) {
  const auto offset = static_cast<std::size_t>(body.raw.data() - output.data());
  char* const begin = output.data() + offset;
  std::size_t size = body.escaped ? static_cast<std::size_t>(unescape(body.raw, begin) - begin) : body.raw.size();
  if (is_base64) {
    const std::optional<std::size_t> decoded = decode_base64_in_place(begin, size);
    if (!decoded) return false;
    size = *decoded;
  }
  output.resize(offset + size);
  output.erase(0, offset);
  return true;
}

// JSON that is no proxy answer is the body of a good one.
std::expected<Answer, Malformed> inferred(Payload payload, std::string output) {
  JsonCursor json(output);
  const JsonKind kind = json.kind();
  const char* const begin = json.position();
  if (payload == Payload::v2 && kind == JsonKind::string) {
    const std::optional<JsonString> text = json.take_string();
    if (!text || !json.at_end()) return std::unexpected(Malformed::json);
    keep_body(output, *text, false);
  } else {
    if (!json.skip()) return std::unexpected(Malformed::json);
    const JsonString value{{begin, json.position()}, false};
    if (!json.at_end()) return std::unexpected(Malformed::json);
    keep_body(output, value, false);
  }
  return Answer{{200, {{"content-type", "application/json"}}}, std::move(output)};
}

Malformed why_no_object(std::string_view output) {
  JsonCursor json(output);
  return json.kind() != JsonKind::object && json.skip() && json.at_end() ? Malformed::no_object : Malformed::json;
}

}  // namespace

std::string_view describe(Malformed malformed) noexcept {
  switch (malformed) {
    case Malformed::json:
      return "the function's answer is no JSON";
    case Malformed::no_object:
      return "the function's answer is no JSON object";
    case Malformed::status:
      return "the answer's statusCode is missing or no number from 200 to 599";
    case Malformed::headers:
      return "the answer's headers, multiValueHeaders or cookies have a wrong type";
    case Malformed::header_text:
      return "a header of the answer has characters that no header may have";
    case Malformed::headers_size:
      return "the answer's headers are larger than 64 KiB";
    case Malformed::body:
      return "the answer's body is no string";
    case Malformed::base64:
      return "the answer's body is no base64, or isBase64Encoded is neither true nor false";
    case Malformed::prelude:
      return "the streamed answer has no head, or one without an end in its first 16 KiB";
  }
  return "";
}

std::expected<Answer, Malformed> unwrap(Payload payload, std::string output, std::string_view method) {
  const bool infers = payload == Payload::v2 || payload == Payload::raw;
  std::optional<Members> members = read_members(output);
  if (!members && !infers) return std::unexpected(why_no_object(output));
  std::expected<Answer, Malformed> answer;
  if (infers && (!members || !members->has_status)) {
    answer = inferred(payload, std::move(output));
    if (!answer) return answer;
  } else {
    if (payload != Payload::v2) merge(*members);
    if (infers) add_cookies(*members);
    std::expected<AnswerHead, Malformed> head = head_of(*members);
    if (!head) return std::unexpected(head.error());
    const JsonString body = members->body.value_or(JsonString{{output.data(), 0}, false});
    if (!keep_body(output, body, members->is_base64)) return std::unexpected(Malformed::base64);
    answer = Answer{*std::move(head), std::move(output)};
  }
  if (!has_body(method, answer->head.status)) answer->body.clear();
  const bool typed = answer->head.status == 204 || answer->head.status == 304 || has_type(answer->head.headers);
  if (!typed) answer->head.headers.push_back({"content-type", std::string(default_type(payload))});
  return answer;
}

std::expected<AnswerHead, Malformed> unwrap_prelude(std::string_view json) {
  std::optional<Members> members = read_members(json);
  if (!members) return std::unexpected(why_no_object(json));
  if (!members->has_status) members->status = 200;
  merge(*members);
  add_cookies(*members);
  return head_of(*members);
}

}  // namespace weir::lambda
