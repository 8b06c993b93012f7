// limit_text.hpp: a limit in the configuration's own words.
#pragma once

#include "config/config.hpp"

#include <weir/rule.hpp>

#include <string>

namespace weir::api {

[[nodiscard]] std::string key_source_text(const config::KeySource& source);  // header:x-user-id, ip/24

// "rate":"100/1m" and, where they were given, "burst" and "anchor", as members of a JSON object.
void append_rate_members(std::string& out, const Rule& rule);

}  // namespace weir::api
