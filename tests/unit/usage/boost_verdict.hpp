// boost_verdict.hpp: what Boost.JSON makes of a text, and where it cannot judge: it keeps one of two members of one
// name, reads a number that is too long for Strict to be told whole, takes one that is nearer to 0 than any double for
// 0 and 0e999 for no number, rounds what no double holds its own way, and takes half a surrogate pair and an exponent
// that no int holds for no JSON.
#pragma once

#include "json/half_a_pair.hpp"
#include "usage/json/strict.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace weir::usage {

struct Verdict {
  bool unsure = false;
  std::optional<boost::json::value> json{};
};

struct KeyCount {
  std::size_t keys = 0;
  bool cut = false;
  void opened(bool, json::Offset) {}
  void closed(bool, json::Offset) {}
  void key(std::string_view, bool is_cut) {
    ++keys;
    cut = cut || is_cut;
  }
  void string_opened(json::Offset) {}
  void string_part(std::string_view) {}
  void string_closed(json::Offset) {}
  void number(std::string_view digits, bool is_cut, json::Offset, json::Offset) {
    double value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool exponent_of_zero = value == 0 && digits.find_first_of("eE") != std::string_view::npos;
    const bool rounded = digits.size() > 15 && digits.find_first_of(".eE") != std::string_view::npos;
    cut = cut || is_cut || rounded || exponent_of_zero || read.ec == std::errc::result_out_of_range;
  }
  void literal(char, json::Offset, json::Offset) {}
};

inline std::size_t keys_of(const boost::json::value& json) {
  std::size_t keys = 0;
  if (json.is_object()) {
    for (const auto& [name, value] : json.as_object()) keys += 1 + keys_of(value);
  } else if (json.is_array()) {
    for (const boost::json::value& value : json.as_array()) keys += keys_of(value);
  }
  return keys;
}

inline Verdict boost_verdict(std::string_view text) {
  boost::json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;
  lenient.max_depth = 200;
  boost::system::error_code wrong;
  boost::json::value json = boost::json::parse(text, wrong, {}, lenient);
  if (wrong == boost::json::error::exponent_overflow || wrong == boost::json::error::too_deep) return {.unsure = true};
  if (has_half_a_pair(text)) return {.unsure = true};
  if (wrong) return {};
  KeyCount count;
  json::Strict strict(count);
  strict.feed(text);
  return {.unsure = count.cut || count.keys != keys_of(json), .json = std::move(json)};
}

}  // namespace weir::usage
