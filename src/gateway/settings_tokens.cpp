// settings_tokens.cpp: what belongs to models in the settings: how a limit counts tokens, prices, what a route's
// upstream speaks. Decimals are text, in billionths: Envoy's doubles would round the large ones.
#include "gateway/settings.hpp"
#include "gateway/settings_json.hpp"

#include <charconv>
#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;
using usage::Decimal;

json::value write_decimal(Decimal decimal) { return json::string(std::to_string(decimal.nanos)); }
Decimal read_decimal(const json::value& value) {
  const std::string text = text_of(value);
  Decimal decimal;
  const auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, decimal.nanos).ptr != end || decimal.nanos < 0) {
    throw std::runtime_error("settings: no decimal: '" + text + "'");
  }
  return decimal;
}

void read(const json::value& object, std::string_view name, Decimal& into) {
  if (const auto* value = member(object, name)) into = read_decimal(*value);
}
void read(const json::value& object, std::string_view name, std::optional<Decimal>& into) {
  if (const auto* value = member(object, name)) into = read_decimal(*value);
}

constexpr std::pair<std::string_view, Decimal usage::Rates::*> weights[] = {
    {"input", &usage::Rates::input},
    {"cached_input", &usage::Rates::cached_input},
    {"cache_write", &usage::Rates::cache_write},
    {"output", &usage::Rates::output},
    {"reasoning", &usage::Rates::reasoning},
};

constexpr std::pair<std::string_view, std::optional<Decimal> usage::Price::*> price_parts[] = {
    {"cached_input", &usage::Price::cached_input},
    {"cache_write", &usage::Price::cache_write},
    {"reasoning", &usage::Price::reasoning},
};

}  // namespace

json::value write_tokens(const config::Tokens& tokens) {
  json::object kinds;
  for (const auto& [name, kind] : weights) {
    kinds[json::string_view(name.data(), name.size())] = write_decimal(tokens.weights.*kind);
  }
  return json::object{
      {"unit", word(unit_words, tokens.unit)},
      {"weights", std::move(kinds)},
      {"models", list(tokens.model_weights,
                      [](const auto& one) { return json::array{json::string(one.first), write_decimal(one.second)}; })},
      {"reserve", word(reserve_words, tokens.reserve.kind)},
      {"reserve_amount", tokens.reserve.amount},
      {"reserve_default", tokens.reserve.default_output},
      {"on_exceeded", word(on_exceeded_words, tokens.on_exceeded)}};
}

config::Tokens read_tokens(const json::value& object) {
  config::Tokens tokens;
  read(object, "unit", unit_words, tokens.unit);
  if (const auto* kinds = member(object, "weights")) {
    for (const auto& [name, kind] : weights) read(*kinds, name, tokens.weights.*kind);
  }
  read_list(object, "models", tokens.model_weights, [](const json::value& one) {
    return std::pair(text_of(one.as_array().at(0)), read_decimal(one.as_array().at(1)));
  });
  read(object, "reserve", reserve_words, tokens.reserve.kind);
  read(object, "reserve_amount", tokens.reserve.amount);
  read(object, "reserve_default", tokens.reserve.default_output);
  read(object, "on_exceeded", on_exceeded_words, tokens.on_exceeded);
  return tokens;
}

json::value write_prices(const config::Prices& prices) {
  return list(prices, [](const auto& one) {
    json::object object{{"model", json::string(one.first)},
                        {"input", write_decimal(one.second.input)},
                        {"output", write_decimal(one.second.output)}};
    for (const auto& [name, part] : price_parts) {
      if (one.second.*part) object[json::string_view(name.data(), name.size())] = write_decimal(*(one.second.*part));
    }
    return object;
  });
}

void read_prices(const json::value& settings, config::Prices& prices) {
  read_list(settings, "prices", prices, [](const json::value& object) {
    std::pair<std::string, usage::Price> one;
    read(object, "model", one.first);
    read(object, "input", one.second.input);
    read(object, "output", one.second.output);
    for (const auto& [name, part] : price_parts) read(object, name, one.second.*part);
    return one;
  });
}

json::value write_model(const ModelRoute& model) {
  return json::object{{"ai", json::string(usage::word_of(model.model.protocol))},
                      {"ask_usage", word(ask_usage_words, model.model.ask_usage)},
                      {"usage_missing", word(usage_missing_words, model.model.usage_missing)},
                      {"host", model.host}};
}

ModelRoute read_model(const json::value& object) {
  ModelRoute route;
  if (const auto* ai = member(object, "ai")) {
    const auto protocol = usage::protocol_of(text_of(*ai));
    if (!protocol) throw std::runtime_error("settings: unknown word '" + text_of(*ai) + "'");
    route.model.protocol = *protocol;
  }
  read(object, "ask_usage", ask_usage_words, route.model.ask_usage);
  read(object, "usage_missing", usage_missing_words, route.model.usage_missing);
  read(object, "host", route.host);
  return route;
}

}  // namespace weir::gateway
