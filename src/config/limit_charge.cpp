// limit_charge.cpp: `cost`, `charge` and `wait`: what a request takes, whether it keeps it, how long it may be held.
#include "config/characters.hpp"
#include "config/limit_draft.hpp"
#include "config/number.hpp"

#include <algorithm>

namespace weir::config {
namespace {

constexpr std::string_view charge_shape = "always, or statuses and classes of them like [401, 403, 5xx]";

Parsed<Statuses> parse_statuses(std::string_view text) {
  if (text.size() == 3 && text[0] >= '1' && text[0] <= '5' && lower_case(text.substr(1)) == "xx") {
    const int first = (text[0] - '0') * 100;
    return Statuses{.first = first, .last = first + 99};
  }
  const auto status = parse_number(text);
  if (!status || *status < 100 || *status > 599) return refuse("a status from 100 to 599, or a class like 5xx");
  return Statuses{.first = static_cast<int>(*status), .last = static_cast<int>(*status)};
}

}  // namespace

void read_cost(Reading& reading, const Field& field, LimitDraft& draft) {
  const std::string expected = "a number from 1 to " + shown(max_count - 1) + " or header:NAME";
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr) return;
  constexpr std::string_view from_header = "header:";
  if (text->starts_with(from_header) && is_token(std::string_view(*text).substr(from_header.size()))) {
    draft.limit.cost_header = lower_case(std::string_view(*text).substr(from_header.size()));
    return;
  }
  const auto cost = parse_number(*text);
  if (!cost || *cost < 1 || *cost >= max_count) return add_refusal(reading, field, {.expected = expected});
  draft.limit.cost = *cost;
  draft.cost_spot = field.spot;
}

void read_charge(Reading& reading, const Field& field, LimitDraft& draft) {
  if (field.node->kind == YamlNode::Kind::scalar && field.node->text == "always") return;
  draft.charge = field;
  const auto items = one_or_list(field);
  if (items.empty()) return add_refusal(reading, field, {.expected = std::string(charge_shape)});
  std::vector<Statuses>& charge = draft.limit.charge;
  for (const Field& item : items) {
    const auto statuses = read_parsed(reading, item, charge_shape, parse_statuses);
    if (statuses && std::ranges::find(charge, *statuses) == charge.end()) charge.push_back(*statuses);
  }
}

void read_wait(Reading& reading, const Field& field, LimitDraft& draft) {
  const auto wait = read_duration(reading, field, {}, std::chrono::hours(1));
  if (!wait || *wait == std::chrono::nanoseconds::zero()) return;
  draft.wait = field;
  draft.limit.wait = *wait;
}

}  // namespace weir::config
