// exposition.hpp: the pieces of Prometheus' text format 0.0.4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::api {

// The two lines that stand before the samples of one name.
void describe(std::string& text, std::string_view name, std::string_view type, std::string_view help);
// `labels` as they stand between braces.
void sample(std::string& text, std::string_view name, std::string_view labels, const std::string& value);
// Nanoseconds as seconds, exact: 0.00000025.
[[nodiscard]] std::string seconds(std::uint64_t nanos);
// A label's value: quotes, backslashes and line ends escaped, what is not visible ASCII replaced.
[[nodiscard]] std::string label_value(std::string_view value);

}  // namespace weir::api
