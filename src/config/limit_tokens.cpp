// limit_tokens.cpp: `unit` and what belongs to tokens: `weights`, `reserve`, `reserve_default`, `on_exceeded`.
#include "config/limit_draft.hpp"
#include "config/number.hpp"
#include "config/sections.hpp"

#include <array>

namespace weir::config {
namespace {

using usage::Decimal;
using usage::Reserve;
using usage::Unit;

constexpr auto units = std::to_array<Choice<Unit>>({{"requests", Unit::requests},
                                                    {"tokens", Unit::tokens},
                                                    {"input_tokens", Unit::input_tokens},
                                                    {"output_tokens", Unit::output_tokens},
                                                    {"cost", Unit::cost}});

constexpr std::string_view weight_shape = "a weight like 0.1, 1 or 1.25, at most 1000000";

Parsed<Decimal> parse_weight(std::string_view text) {
  const auto weight = usage::parse_decimal(text);
  if (!weight || *weight > usage::whole(1'000'000)) return refuse(std::string(weight_shape));
  return *weight;
}

template <Decimal usage::Rates::* kind>
void read_weight(Reading& reading, const Field& field, LimitDraft& draft) {
  if (const auto weight = read_parsed(reading, field, weight_shape, parse_weight)) {
    draft.limit.tokens.weights.*kind = *weight;
  }
}

void read_model_weights(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.limit.tokens.model_weights = read_by_model<Decimal>(
      reading, field, "a mapping of models to weights like { \"gpt-4*\": 10 }",
      [](Reading& inner, const Field& weight) { return read_parsed(inner, weight, weight_shape, parse_weight); });
}

constexpr Option<LimitDraft> weight_options[] = {
    {"input", read_weight<&usage::Rates::input>},
    {"cached_input", read_weight<&usage::Rates::cached_input>},
    {"cache_write", read_weight<&usage::Rates::cache_write>},
    {"output", read_weight<&usage::Rates::output>},
    {"reasoning", read_weight<&usage::Rates::reasoning>},
    {"model", read_model_weights},
};

// `option` says something only of tokens, or of money.
void refuse_without_tokens(Reading& reading, const std::optional<Field>& option) {
  if (!option) return;
  reading.errors.add(option->key_spot,
                     in_quotes(option->name) + " has no effect with unit: requests; remove it, or set unit: tokens");
}

void refuse_with_tokens(Reading& reading, const std::optional<Spot>& spot, std::string_view name,
                        std::string_view why) {
  if (!spot) return;
  reading.errors.add(*spot,
                     in_quotes(name) + " has no effect with a unit of tokens, " + std::string(why) + "; remove it");
}

std::optional<Spot> spot_of(const std::optional<Field>& field) {
  return field ? std::optional(field->key_spot) : std::nullopt;
}

}  // namespace

bool counts_money(const YamlNode& limit) {
  for (const Entry& entry : limit.entries) {
    if (entry.key == "unit") return entry.value != nullptr && entry.value->text == "cost";
  }
  return false;
}

void read_unit(Reading& reading, const Field& field, LimitDraft& draft) {
  const auto unit = read_choice<Unit>(reading, field, units);
  if (!unit) return;
  draft.limit.tokens.unit = *unit;
  if (*unit != Unit::requests) draft.unit = field;
  if (*unit == Unit::cost) reading.prices_used.push_back(field.spot);
}

void read_weights(Reading& reading, const Field& field, LimitDraft& draft) {
  if (!read_mapping(reading, field, "a mapping like { cached_input: 0.1, model: { \"gpt-4*\": 10 } }")) return;
  draft.weights = field;
  read_options(reading, *field.node, " in 'weights'", weight_options, draft);
}

void read_reserve(Reading& reading, const Field& field, LimitDraft& draft) {
  const std::string expected = draft.money ? "off, max_tokens or an amount of money like 0.25"
                                           : "off, max_tokens or a number of tokens from 1 to 2^53";
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr) return;
  draft.reserve = field;
  Reserve& reserve = draft.limit.tokens.reserve;
  if (*text == "off" || *text == "max_tokens") {
    reserve.kind = *text == "off" ? Reserve::Kind::off : Reserve::Kind::max_tokens;
    return;
  }
  const auto amount = draft.money ? parse_money(*text).value_or(0) : parse_number(*text).value_or(0);
  if (amount < 1 || amount >= max_count) return add_refusal(reading, field, {.expected = expected});
  reserve.kind = Reserve::Kind::fixed;
  reserve.amount = amount;
}

void read_reserve_default(Reading& reading, const Field& field, LimitDraft& draft) {
  draft.reserve_default = field;
  if (const auto tokens = read_number(reading, field, 0, max_count - 1)) {
    draft.limit.tokens.reserve.default_output = *tokens;
  }
}

void read_on_exceeded(Reading& reading, const Field& field, LimitDraft& draft) {
  constexpr auto choices = std::to_array<Choice<OnExceeded>>(
      {{"finish", OnExceeded::finish}, {"truncate", OnExceeded::truncate}, {"pace", OnExceeded::pace}});
  const auto choice = read_choice<OnExceeded>(reading, field, choices);
  if (!choice) return;
  draft.limit.tokens.on_exceeded = *choice;
  if (*choice != OnExceeded::finish) draft.on_exceeded = field;
}

void check_tokens(Reading& reading, const LimitDraft& draft) {
  if (!draft.unit) {
    for (const auto* option : {&draft.weights, &draft.reserve, &draft.reserve_default, &draft.on_exceeded}) {
      refuse_without_tokens(reading, *option);
    }
    return;
  }
  const Tokens& tokens = draft.limit.tokens;
  refuse_with_tokens(reading, draft.cost_spot, "cost", "whose cost is what the answer took");
  refuse_with_tokens(reading, spot_of(draft.charge), "charge", "which are charged by what the answer took");
  refuse_with_tokens(reading, spot_of(draft.lease), "mode: lease", "which are held and settled one by one");
  if (draft.limit.rule.algorithm == Algorithm::concurrency) {
    reading.errors.add(draft.unit->spot,
                       "concurrency counts requests that are held at once, not tokens; remove 'unit'");
  }
  if (tokens.unit == Unit::cost && draft.weights) {
    reading.errors.add(draft.weights->key_spot,
                       "'weights' has no effect with unit: cost, which goes by 'prices'; remove it");
  }
  if (draft.reserve_default && tokens.reserve.kind != Reserve::Kind::max_tokens) {
    reading.errors.add(draft.reserve_default->key_spot,
                       "'reserve_default' has no effect without reserve: max_tokens; remove it");
  }
  if (draft.limit.shadow && draft.on_exceeded) {
    reading.errors.add(draft.on_exceeded->key_spot,
                       "'on_exceeded' has no effect on a shadow limit, which never touches an answer; remove it");
  }
}

}  // namespace weir::config
