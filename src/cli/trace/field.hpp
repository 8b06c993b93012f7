// field.hpp: what a trace's lines name, in CSV's header as in JSON.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace weir::cli::trace {

struct Call;

enum class Field : std::uint8_t { time, key, cost, limit, unknown };
inline constexpr std::array<std::string_view, 4> field_names{"time", "key", "cost", "limit"};  // in Field's order

[[nodiscard]] Field field_named(std::string_view name);

// `column 'csot' is not used; did you mean 'cost'?`
[[nodiscard]] std::string unused(std::string_view what, std::string_view name);

// The values as they are written; the error is a sentence with the value in it.
[[nodiscard]] std::expected<void, std::string> set_time(Call& call, std::string_view text);
[[nodiscard]] std::expected<void, std::string> set_cost(Call& call, std::string_view text);

}  // namespace weir::cli::trace
