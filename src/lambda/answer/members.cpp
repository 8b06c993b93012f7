#include "lambda/answer/members.hpp"

#include <array>
#include <charconv>

namespace weir::lambda {

namespace {

class MemberReader {
 public:
  explicit MemberReader(std::string_view json) : json_(json) {}

  std::optional<Members> read() {
    const bool whole = json_.object([this](const JsonString& key) { return member(key); }) && json_.at_end();
    if (!whole) return std::nullopt;
    for (const std::optional<Malformed>& each : wrong_) {
      if (!members_.wrong) members_.wrong = each;
    }
    return std::move(members_);
  }

 private:
  struct Known {
    std::string_view name;
    bool (MemberReader::*read)();
  };

  bool member(const JsonString& key) {
    static constexpr std::array<Known, 6> known = {{{"statusCode", &MemberReader::status},
                                                    {"headers", &MemberReader::headers},
                                                    {"multiValueHeaders", &MemberReader::multi_headers},
                                                    {"cookies", &MemberReader::cookies},
                                                    {"body", &MemberReader::body},
                                                    {"isBase64Encoded", &MemberReader::is_base64}}};
    for (current_ = 0; current_ < known.size(); ++current_) {
      if (!key.is(known[current_].name)) continue;
      wrong_[current_].reset();
      return (this->*known[current_].read)();
    }
    return json_.skip();
  }

  bool wrong(Malformed what) {
    wrong_[current_] = what;
    return json_.skip();
  }

  bool status() {
    members_.has_status = true;
    members_.status = 0;
    if (json_.kind() != JsonKind::number) return wrong(Malformed::status);
    const std::optional<std::string_view> text = json_.take_number();
    if (!text) return false;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), members_.status);
    if (error != std::errc() || end != text->data() + text->size())
      members_.status = 0;  // a fraction, or out of any range
    return true;
  }

  // A header's value as text; nothing and true for null.
  bool value(std::optional<std::string>& text) {
    text.reset();
    switch (json_.kind()) {
      case JsonKind::string: {
        const auto string = json_.take_string();
        if (string) text = string->text();
        return string.has_value();
      }
      case JsonKind::number: {
        const auto number = json_.take_number();
        if (number) text = *number;
        return number.has_value();
      }
      case JsonKind::boolean: {
        const auto boolean = json_.take_boolean();
        if (boolean) text = *boolean ? "true" : "false";
        return boolean.has_value();
      }
      case JsonKind::null:
        return json_.take_null();
      default:
        return wrong(Malformed::headers);
    }
  }

  bool add(Fields& fields, const JsonString& name) {
    std::optional<std::string> text;
    if (!value(text)) return false;
    if (text) fields.push_back({name.text(), *std::move(text)});
    return true;
  }

  bool headers() {
    members_.headers.clear();
    if (json_.kind() == JsonKind::null) return json_.take_null();
    if (json_.kind() != JsonKind::object) return wrong(Malformed::headers);
    return json_.object([this](const JsonString& name) { return add(members_.headers, name); });
  }

  bool multi_headers() {
    Fields& fields = members_.multi_headers;
    fields.clear();
    if (json_.kind() == JsonKind::null) return json_.take_null();
    if (json_.kind() != JsonKind::object) return wrong(Malformed::headers);
    return json_.object([&](const JsonString& name) {
      if (json_.kind() != JsonKind::array) return add(fields, name);
      return json_.array([&] { return add(fields, name); });
    });
  }

  bool cookies() {
    members_.cookies.clear();
    if (json_.kind() == JsonKind::null) return json_.take_null();
    if (json_.kind() != JsonKind::array) return wrong(Malformed::headers);
    return json_.array([this] {
      if (json_.kind() != JsonKind::string) return wrong(Malformed::headers);
      const auto cookie = json_.take_string();
      if (cookie) members_.cookies.push_back(cookie->text());
      return cookie.has_value();
    });
  }

  bool body() {
    members_.body.reset();
    if (json_.kind() == JsonKind::null) return json_.take_null();
    if (json_.kind() != JsonKind::string) return wrong(Malformed::body);
    members_.body = json_.take_string();
    return members_.body.has_value();
  }

  bool is_base64() {
    members_.is_base64 = false;
    if (json_.kind() == JsonKind::null) return json_.take_null();
    if (json_.kind() != JsonKind::boolean) return wrong(Malformed::base64);
    const std::optional<bool> is = json_.take_boolean();
    members_.is_base64 = is.value_or(false);
    return is.has_value();
  }

  JsonCursor json_;
  Members members_;
  std::array<std::optional<Malformed>, 6> wrong_;  // by member
  std::size_t current_ = 0;
};

}  // namespace

std::optional<Members> read_members(std::string_view json) { return MemberReader(json).read(); }

}  // namespace weir::lambda
