// json_text.hpp: any bytes as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace weir::api {

// In quotes, escaped. Bytes that are no UTF-8 become U+FFFD, one each: JSON has no others.
void append_json(std::string& out, std::string_view text);

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace weir::api
