#include "usage/request/body.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace weir::usage {
namespace {

constexpr std::string_view streaming = "streaming";  // of response_mode
constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

// "12", "12.0" and "1.2e1" are 12, what no 64 bits hold is the most they do. Nothing for what is negative or no whole
// number.
std::optional<std::uint64_t> whole_number(std::string_view digits) {
  const bool minus = digits.starts_with('-');
  if (minus) digits.remove_prefix(1);
  const char* const end = digits.data() + digits.size();
  std::uint64_t whole = 0;
  if (const auto [rest, error] = std::from_chars(digits.data(), end, whole); rest == end) {
    if (error == std::errc::result_out_of_range) whole = most;
    return minus && whole != 0 ? std::nullopt : std::optional(whole);
  }
  double number = 0;
  const auto [rest, error] = std::from_chars(digits.data(), end, number);
  const bool tiny = digits.contains('-');  // its exponent is negative
  if (error == std::errc::result_out_of_range && !tiny && !minus) return most;
  if (error != std::errc{} || std::floor(number) != number || (minus && number != 0)) return std::nullopt;
  return number < 1e18 ? static_cast<std::uint64_t>(number) : most;
}

constexpr bool may_come_once(Fact fact) {
  return fact == Fact::model || fact == Fact::stream || fact == Fact::stream_options || fact == Fact::include_usage;
}

// `first`: the value's first byte.
constexpr bool is_of_type(Fact fact, char first) {
  if (first == 'n') return true;
  switch (fact) {
    case Fact::model:
      return first == '"';
    case Fact::stream:
      return first == 't' || first == 'f';
    case Fact::maximum:
    case Fact::maximum_or_none:
    case Fact::answers:
      return first == '0';
    default:
      return true;
  }
}

}  // namespace

std::string Unclear::sentence() const {
  const std::string name = "`" + std::string(member) + "`";
  const std::string where = " (byte " + std::to_string(at) + " of the body)";
  switch (why) {
    case Why::not_json:
      return "The body is no valid JSON" + where + ".";
    case Why::too_deep:
      return "The body's JSON is nested too deep" + where + ".";
    case Why::not_an_object:
      return "The body is no JSON object.";
    case Why::twice:
      return "The body has " + name + " twice" + where + ".";
    case Why::wrong_type:
      return "The value of " + name + " is not of its type" + where + ".";
    case Why::too_long:
      return "The value of " + name + " is too long" + where + ".";
  }
  return {};
}

bool RequestReader::feed(std::string_view bytes) {
  if (unclear_) return false;
  body_.size += bytes.size();
  if (!json_.feed(bytes)) {
    unclear(json_.flaw() == json::Flaw::too_deep ? Unclear::Why::too_deep : Unclear::Why::not_json, {}, json_.offset());
  }
  return !unclear_;
}

std::expected<Body, Unclear> RequestReader::finish() {
  if (!unclear_ && json_.finish() != json::Flaw::none) unclear(Unclear::Why::not_json, {}, json_.offset());
  if (unclear_) return std::unexpected(*unclear_);
  body_.prompt = prompt_.prompt();
  const std::uint64_t prompts = std::max<std::uint64_t>(prompts_, 1);
  body_.answers = body_.answers > most / prompts ? most : body_.answers * prompts;
  streams_ = body_.stream.value_or(false);
  return std::move(body_);
}

void RequestReader::unclear(Unclear::Why why, std::string_view member, json::Offset at) {
  if (!unclear_) unclear_ = {why, member, at};
}

void RequestReader::value(char first, json::Offset at) {
  if (json_.depth() == 0) {
    if (first != '{') unclear(Unclear::Why::not_an_object, {}, at);
    return;
  }
  if (in_prompts_ && json_.depth() == 2 && json_.in_list() && (first == '"' || first == '[')) ++prompts_;
  if (name_ == nullptr) return;
  if (!is_of_type(name_->fact, first)) unclear(Unclear::Why::wrong_type, name_->member, at);
  if (may_come_once(name_->fact)) {
    const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(name_->fact));
    if ((seen_ & bit) != 0) unclear(Unclear::Why::twice, name_->member, at);
    seen_ |= bit;
  }
}

// A name that was cut is none that counts: those are shorter.
void RequestReader::key(std::string_view name, bool /*cut*/) {
  const std::size_t depth = json_.depth();
  name_ = nullptr;
  if (depth == 1) {
    name_ = find_name("", name);
    object_ = find_object(name);
    in_prompt_ = holds_prompt(name);
    in_prompts_ = name == "prompt";
    if (in_prompt_) prompt_.begin(name);
    return;
  }
  if (depth == 2 && !object_.empty()) {
    name_ = find_name(object_, name);
    if (object_ == "stream_options") usage_.options_member();
  }
  if (in_prompt_) prompt_.key(name);
}

void RequestReader::opened(bool object, json::Offset at) {
  value(object ? '{' : '[', at);
  if (json_.depth() == 0) usage_.body_opened(at + 1);
  if (fact() == Fact::stream_options && object) usage_.options_opened(at + 1);
  if ((fact() == Fact::stream_options && !object) || fact() == Fact::include_usage) usage_.something_else();
  name_ = nullptr;
  if (!object && json_.depth() == 1) object_ = {};  // objects in a list are not the object itself
}

void RequestReader::closed(bool /*object*/, json::Offset /*end*/) {}

void RequestReader::string_opened(json::Offset at) {
  value('"', at);
  if (fact() == Fact::user) body_.user.clear();
  if (fact() == Fact::response_mode) mode_.clear();
  if (fact() == Fact::stream_options || fact() == Fact::include_usage) usage_.something_else();
  if (in_prompt_) prompt_.string_opened();
}

void RequestReader::string_part(std::string_view text) {
  if (in_prompt_) prompt_.string_part(text);
  if (fact() == Fact::model || fact() == Fact::user) {
    std::string& name = fact() == Fact::model ? body_.model : body_.user;
    name += text.substr(0, max_name + 1 - std::min(name.size(), max_name + 1));
  }
  if (fact() == Fact::response_mode)
    mode_ += text.substr(0, streaming.size() + 1 - std::min(mode_.size(), streaming.size() + 1));
}

void RequestReader::string_closed(json::Offset end) {
  if (in_prompt_) prompt_.string_closed();
  if (body_.model.size() > max_name) unclear(Unclear::Why::too_long, "model", end);
  if (body_.user.size() > max_name) body_.user.clear();
  if (fact() == Fact::response_mode) body_.streaming_mode = mode_ == streaming;
  name_ = nullptr;
}

void RequestReader::number(std::string_view digits, bool cut, json::Offset at, json::Offset /*end*/) {
  value('0', at);
  if (in_prompt_ && json_.in_list()) prompt_.number_in_list();
  if (fact() == Fact::stream_options || fact() == Fact::include_usage) usage_.something_else();
  if (fact() == Fact::maximum || fact() == Fact::maximum_or_none || fact() == Fact::answers) {
    const std::optional<std::uint64_t> number = cut ? std::nullopt : whole_number(digits);
    if (number && fact() == Fact::answers) {
      body_.answers = std::max(body_.answers, *number);
    } else if (number) {
      body_.max_output = std::max(body_.max_output.value_or(0), *number);
    } else if (fact() != Fact::maximum_or_none || cut || !digits.starts_with('-')) {
      unclear(Unclear::Why::wrong_type, name_->member, at);
    }
  }
  name_ = nullptr;
}

void RequestReader::literal(char first, json::Offset at, json::Offset end) {
  value(first, at);
  const bool is_true = first == 't';
  if (fact() == Fact::stream && first != 'n') body_.stream = is_true;
  if (fact() == Fact::incremental_output) body_.incremental_output = is_true;
  if (fact() == Fact::stream_options) first == 'n' ? usage_.options_null(at, end) : usage_.something_else();
  if (fact() == Fact::include_usage) {
    usage_.flag(is_true, at, end);
    if (first != 'n') body_.include_usage = is_true;
  }
  name_ = nullptr;
}

}  // namespace weir::usage
