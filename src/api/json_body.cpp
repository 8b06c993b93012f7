#include "api/json_body.hpp"

#include "config/characters.hpp"
#include "config/duration.hpp"
#include "config/shown.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::api {
namespace {

namespace json = boost::json;

constexpr std::size_t most_values = 8192;  // 64 checks take a tenth, keys of 16 parts included
constexpr std::size_t most_members = 16;   // of one object; no call has more than 6
constexpr std::size_t deepest = 6;

std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

// Boost.JSON's parser calls these; each returns false to stop it.
class Builder {
 public:
  static constexpr std::size_t max_array_size = most_values;
  static constexpr std::size_t max_object_size = most_members;
  static constexpr std::size_t max_string_size = max_body;
  static constexpr std::size_t max_key_size = 1024;

  [[nodiscard]] Json take() { return std::move(document_); }
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return open(Json::Kind::object); }
  bool on_object_end(std::size_t, json::error_code& stop) { return close(stop); }
  bool on_array_begin(json::error_code&) { return open(Json::Kind::list); }
  bool on_array_end(std::size_t, json::error_code& stop) { return close(stop); }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    text_ += view(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& stop) {
    text_ += view(part);
    if (member(open_.back().value, text_) != nullptr) {
      return complain("The member " + config::in_quotes(text_) + " is there twice.", stop);
    }
    open_.back().name = std::exchange(text_, {});
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    text_ += view(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& stop) {
    text_ += view(part);
    return put({.kind = Json::Kind::text, .text = std::exchange(text_, {})}, stop);
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, json::error_code& stop) {
    return put({.kind = Json::Kind::number, .whole = value}, stop);
  }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code& stop) {
    return put({.kind = Json::Kind::number}, stop);  // above what int64 holds
  }
  bool on_double(double value, json::string_view, json::error_code& stop) {
    Json number{.kind = Json::Kind::number};
    constexpr double exact = 9007199254740992.0;  // 2^53: up to here each whole double is one whole number
    if (std::abs(value) <= exact && std::trunc(value) == value) number.whole = static_cast<std::int64_t>(value);
    return put(std::move(number), stop);
  }
  bool on_bool(bool, json::error_code& stop) { return put({.kind = Json::Kind::boolean}, stop); }
  bool on_null(json::error_code& stop) { return put({}, stop); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  struct Open {
    Json value;
    std::string name{};  // of the member that comes next
  };

  bool complain(std::string what, json::error_code& stop) {
    complaint_ = std::move(what);
    stop = json::error::extra_data;  // any error stops the parser; the complaint is what counts
    return false;
  }

  bool open(Json::Kind kind) {
    if (open_.empty()) open_.reserve(deepest);
    Json& value = open_.emplace_back(Json{.kind = kind}).value;
    if (kind == Json::Kind::object) value.members.reserve(4);  // what most calls have
    return true;
  }

  bool close(json::error_code& stop) {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    return put(std::move(value), stop);
  }

  bool put(Json value, json::error_code& stop) {
    if (++values_ > most_values) return complain("The body holds too many values.", stop);
    if (open_.empty()) {
      document_ = std::move(value);
    } else if (Open& parent = open_.back(); parent.value.kind == Json::Kind::list) {
      parent.value.items.push_back(std::move(value));
    } else {
      parent.value.members.emplace_back(std::move(parent.name), std::move(value));
    }
    return true;
  }

  Json document_;
  std::vector<Open> open_;
  std::string text_;
  std::size_t values_ = 0;
  std::string complaint_;
};

bool is_media_type(std::string_view content_type, std::string_view type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ') || content_type.ends_with('\t')) content_type.remove_suffix(1);
  return std::ranges::equal(content_type, type, {}, config::to_lower);
}

bool may_hold_json(const Request& request) {
  if (is_media_type(request.content_type, json_type)) return true;
  // A page of another site can send these without asking first; then it can't help but send its Origin too.
  const bool browser = !request.origin.empty() || !request.fetch_site.empty() || !request.fetch_mode.empty();
  return !browser &&
         (request.content_type.empty() || is_media_type(request.content_type, "application/x-www-form-urlencoded"));
}

std::string about(std::string_view name, std::string_view what) {
  return "'" + std::string(name) + "' must be " + std::string(what) + ".";
}

}  // namespace

Result<Json> read_json(std::string_view text, Bytes bytes) {
  json::parse_options options;
  options.max_depth = deepest;
  options.allow_invalid_utf8 = bytes == Bytes::any;
  json::basic_parser<Builder> parser(options);
  json::error_code wrong;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), wrong);
  if (!parser.handler().complaint().empty()) return refuse(400, parser.handler().complaint());
  if (wrong == json::error::exponent_overflow) return refuse(422, "A number in the body is out of range.");
  if (wrong == json::error::object_too_large) return refuse(400, "An object in the body has too many members.");
  if (wrong) return refuse(400, "The body is no JSON: " + wrong.message() + ".");
  if (used < text.size()) return refuse(400, "The body is no JSON: something follows its end.");
  return parser.handler().take();
}

Result<Json> read_object(const Request& request) {
  if (request.body.size() > max_body) return refuse(413, "The body is larger than 1 MiB.");
  if (request.body.empty()) return refuse(400, "The body is empty; a JSON object is needed.");
  if (!may_hold_json(request)) return refuse(415, "The body must be JSON: Content-Type: application/json.");
  auto read = read_json(request.body);
  if (read && read->kind != Json::Kind::object) return refuse(400, "The body must be a JSON object.");
  return read;
}

Result<Json> read_optional_object(const Request& request) {
  if (request.body.empty()) return Json{.kind = Json::Kind::object};
  return read_object(request);
}

const Json* member(const Json& object, std::string_view name) {
  const auto found = std::ranges::find(object.members, name, &std::pair<std::string, Json>::first);
  return found == object.members.end() ? nullptr : &found->second;
}

Result<void> only_members(const Json& object, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : object.members) {
    if (std::ranges::find(names, name) == names.end())
      return refuse(400, "The member " + config::in_quotes(name) + " is unknown here.");
  }
  return {};
}

Result<std::string_view> text_of(const Json& value, std::string_view name) {
  if (value.kind != Json::Kind::text) return refuse(400, about(name, "a string"));
  return value.text;
}

Result<std::int64_t> whole_of(const Json& value, std::string_view name, std::int64_t least, std::int64_t most) {
  if (value.kind != Json::Kind::number) return refuse(400, about(name, "a number"));
  if (value.whole && *value.whole >= least && *value.whole <= most) return *value.whole;
  return refuse(422, about(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most)));
}

Result<std::chrono::nanoseconds> duration_of(const Json& value, std::string_view name, std::chrono::nanoseconds most) {
  constexpr std::string_view shape = "a duration like 250ms, 10s, 1m, 1h, 1d or 1w";
  const auto text = text_of(value, name);
  if (!text) return refuse(400, about(name, shape));
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(*text, config::is_digit) - text->begin());
  const auto duration = config::parse_duration(*text);
  if (duration && *duration > std::chrono::nanoseconds(0) && *duration <= most) return *duration;
  // The longest that there is has the unit alone to go wrong.
  const bool shaped = digits > 0 && config::parse_duration("0" + std::string(text->substr(digits))).has_value();
  if (!duration && !shaped) return refuse(400, about(name, shape));
  return refuse(422, about(name, std::string(shape) + ", above 0 and at most " + config::spell(most)));
}

}  // namespace weir::api
