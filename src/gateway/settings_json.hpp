// settings_json.hpp: the small pieces that the settings are written and read with.
//
// Every member is optional for the reader: what is absent keeps its default. What is of a wrong type throws
// std::exception.
#pragma once

#include "gateway/settings_words.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace weir::gateway {

template <class Enum, std::size_t size>
boost::json::value word(const Words<Enum, size>& words, Enum value) {
  return boost::json::string_view(std::ranges::find(words, value, &std::pair<Enum, std::string_view>::first)->second);
}

template <class Enum, std::size_t size>
Enum meaning(const Words<Enum, size>& words, const boost::json::value& value) {
  const std::string_view text = value.as_string();
  const auto found = std::ranges::find(words, text, &std::pair<Enum, std::string_view>::second);
  if (found == words.end()) throw std::runtime_error("settings: unknown word '" + std::string(text) + "'");
  return found->first;
}

// As duration_text writes it.
[[nodiscard]] std::chrono::nanoseconds read_duration(std::string_view text);

inline std::string text_of(const boost::json::value& value) { return std::string(std::string_view(value.as_string())); }

inline const boost::json::value* member(const boost::json::value& object, std::string_view name) {
  return object.as_object().if_contains(boost::json::string_view(name.data(), name.size()));
}

inline void read(const boost::json::value& object, std::string_view name, std::string& into) {
  if (const auto* value = member(object, name)) into = text_of(*value);
}
inline void read(const boost::json::value& object, std::string_view name, bool& into) {
  if (const auto* value = member(object, name)) into = value->as_bool();
}
inline void read(const boost::json::value& object, std::string_view name, std::chrono::nanoseconds& into) {
  if (const auto* value = member(object, name)) into = read_duration(value->as_string());
}
template <std::integral Number>
void read(const boost::json::value& object, std::string_view name, Number& into) {
  if (const auto* value = member(object, name)) into = value->to_number<Number>();
}
template <class Enum, std::size_t size>
void read(const boost::json::value& object, std::string_view name, const Words<Enum, size>& words, Enum& into) {
  if (const auto* value = member(object, name)) into = meaning(words, *value);
}

template <class Items, class Write>
boost::json::array list(const Items& items, Write write) {
  boost::json::array array;
  for (const auto& item : items) array.push_back(write(item));
  return array;
}
template <class Items, class Read>
void read_list(const boost::json::value& object, std::string_view name, Items& into, Read read_item) {
  if (const auto* value = member(object, name)) {
    for (const boost::json::value& item : value->as_array()) into.push_back(read_item(item));
  }
}

// What belongs to models (settings_tokens.cpp).
[[nodiscard]] boost::json::value write_tokens(const config::Tokens& tokens);
[[nodiscard]] config::Tokens read_tokens(const boost::json::value& object);
[[nodiscard]] boost::json::value write_prices(const config::Prices& prices);
void read_prices(const boost::json::value& settings, config::Prices& prices);
struct ModelRoute;
[[nodiscard]] boost::json::value write_model(const ModelRoute& model);
[[nodiscard]] ModelRoute read_model(const boost::json::value& object);

// One limit (settings_limit.cpp).
[[nodiscard]] boost::json::value write_limit(const config::Limit& limit);
[[nodiscard]] config::Limit read_limit(const boost::json::value& object);

}  // namespace weir::gateway
