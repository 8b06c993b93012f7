// base64.hpp: any bytes as text (RFC 4648, section 4), as JSON needs them.
#pragma once

#include <string>
#include <string_view>

namespace weir::gateway {

[[nodiscard]] std::string base64_encoded(std::string_view bytes);
[[nodiscard]] std::string base64_decoded(std::string_view text);  // up to the first byte that is no base64

}  // namespace weir::gateway
