// script_text.hpp: scripts/NAME.lua as the build put them in.
#pragma once

#include <string_view>

namespace weir::store::redis {

// Throws std::logic_error when there is no such file.
[[nodiscard]] std::string_view script_text(std::string_view name);

}  // namespace weir::store::redis
