// cookie.hpp: one cookie out of a Cookie header (RFC 6265, 4.2.1).
#pragma once

#include <string_view>

namespace weir::gateway {

// The still encoded value of the first cookie of this name that has one; surrounding quotes are no part of it. Names
// are case-sensitive. Empty when there is none. O(size of the header).
[[nodiscard]] std::string_view cookie_value(std::string_view header, std::string_view name);

}  // namespace weir::gateway
