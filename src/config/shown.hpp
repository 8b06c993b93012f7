// shown.hpp: values as error messages show them. What came from the environment may be a secret and is never shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::config {

struct YamlNode;

// Control characters and bytes that are no text become `?`; at most 80 characters, then `...`.
[[nodiscard]] std::string printable(std::string_view text);

// 'text', printable.
[[nodiscard]] std::string in_quotes(std::string_view text);

// `"abc"`, `the value of ${VAR}`, `a list`, `a mapping`, `nothing`.
[[nodiscard]] std::string shown(const YamlNode& node);

// Digits; 2^53 as such.
[[nodiscard]] std::string shown(std::int64_t number);

}  // namespace weir::config
