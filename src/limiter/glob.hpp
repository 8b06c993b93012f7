// glob.hpp: `*` is any bytes, `?` one byte, `\` makes the next character plain.
#pragma once

#include <string_view>

namespace weir::limiter {

// At most pattern * text steps, whatever the pattern: only the last `*` is ever retried.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace weir::limiter
