// values.hpp: names with all their values, as events list headers, query parameters and cookies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lambda/event/json_writer.hpp"
#include "lambda/event/request.hpp"

namespace weir::lambda {

struct Values {
  std::string name;
  std::vector<std::string> values;  // in the order they came, at least one
};
using AllValues = std::vector<Values>;  // in the order of the names' first appearance

// What enters_event says; names that differ in case are one, named as the first was. `host` joins when no header has
// it.
[[nodiscard]] AllValues header_values(const Request& request);

// `decode`: percent-decoded, + is a space.
[[nodiscard]] AllValues query_values(std::string_view query, bool decode);

// The cookies of all Cookie headers, each as name=value.
[[nodiscard]] std::vector<std::string> cookies_of(const Request& request);

// {"name":"last value"}, {"name":"one,two"}, {"name":["one","two"]}
void write_last_values(JsonWriter& json, const AllValues& all);
void write_joined_values(JsonWriter& json, const AllValues& all);
void write_lists(JsonWriter& json, const AllValues& all);

}  // namespace weir::lambda
