#include "lambda/field.hpp"

#include <algorithm>
#include <array>

namespace weir::lambda {

namespace {

constexpr char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

constexpr auto hop_by_hop = std::to_array<std::string_view>(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"});

bool begins_with(std::string_view name, std::string_view beginning) noexcept {
  return same_name(name.substr(0, beginning.size()), beginning);
}

bool is_token_byte(char byte) noexcept {
  const char small = lower(byte);
  return (small >= 'a' && small <= 'z') || (byte >= '0' && byte <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(byte) != std::string_view::npos;
}

bool is_value_byte(char byte) noexcept {
  const auto number = static_cast<unsigned char>(byte);
  return (number >= 0x20 && number != 0x7F) || byte == '\t';
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), lower);
  return small;
}

bool same_name(std::string_view one, std::string_view other) noexcept {
  return std::ranges::equal(one, other, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

bool is_hop_by_hop(std::string_view name) noexcept {
  return std::ranges::any_of(hop_by_hop, [name](std::string_view each) { return same_name(name, each); });
}

bool enters_event(std::string_view name) noexcept {
  return !name.starts_with(':') && !is_hop_by_hop(name) && !begins_with(name, "x-envoy-");
}

bool leaves_answer(std::string_view name) noexcept {
  return !is_hop_by_hop(name) && !same_name(name, "content-length") && !begins_with(name, "x-envoy-") &&
         !begins_with(name, "x-weir-");
}

bool is_field_name(std::string_view name) noexcept { return !name.empty() && std::ranges::all_of(name, is_token_byte); }

bool is_field_value(std::string_view value) noexcept { return std::ranges::all_of(value, is_value_byte); }

}  // namespace weir::lambda
