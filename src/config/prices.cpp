// prices.cpp: the section `prices`: what a million tokens of a model cost.
#include "config/sections.hpp"

namespace weir::config {
namespace {

using usage::Decimal;
using usage::Price;

constexpr std::string_view shape = "a price per million tokens like 2.5, at most nine digits after the point";

Parsed<Decimal> parse_price(std::string_view text) {
  const auto price = usage::parse_decimal(text);
  if (!price) return refuse(std::string(shape));
  return *price;
}

struct Draft {
  Price price;
  bool has_input = false;
  bool has_output = false;
};

void set(Reading& reading, const Field& field, std::optional<Decimal>& part) {
  if (const auto price = read_parsed(reading, field, shape, parse_price)) part = *price;
}

void set(Reading& reading, const Field& field, Decimal& part) {
  if (const auto price = read_parsed(reading, field, shape, parse_price)) part = *price;
}

constexpr Option<Draft> options[] = {
    {"input",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.has_input = true;
       set(reading, field, draft.price.input);
     }},
    {"output",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.has_output = true;
       set(reading, field, draft.price.output);
     }},
    {"cached_input",
     [](Reading& reading, const Field& field, Draft& draft) { set(reading, field, draft.price.cached_input); }},
    {"cache_write",
     [](Reading& reading, const Field& field, Draft& draft) { set(reading, field, draft.price.cache_write); }},
    {"reasoning",
     [](Reading& reading, const Field& field, Draft& draft) { set(reading, field, draft.price.reasoning); }},
};

std::optional<Price> read_price(Reading& reading, const Field& field) {
  if (!read_mapping(reading, field, "a mapping like { input: 2.5, output: 10 }")) return std::nullopt;
  Draft draft;
  read_options(reading, *field.node, " in the price of " + in_quotes(field.name), options, draft);
  for (const auto& [name, is_there] : {std::pair("input", draft.has_input), std::pair("output", draft.has_output)}) {
    if (is_there) continue;
    reading.errors.add(field.key_spot, in_quotes(name) + " is missing in the price of " + in_quotes(field.name) +
                                           "; write 0 if it is free");
  }
  return draft.price;
}

}  // namespace

void read_prices(Reading& reading, const Field& field, Prices& prices) {
  prices = read_by_model<Price>(
      reading, field, "a mapping of models to prices like { \"gpt-4*\": { input: 2.5, output: 10 } }", read_price);
}

}  // namespace weir::config
