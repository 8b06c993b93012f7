// glob.hpp: `*` is any bytes, `?` one byte, `\` makes a `*`, a `?`, a `~` or a `\` after it plain and is itself
// before anything else.
#pragma once

#include <string>
#include <string_view>

namespace weir::limiter {

// At most pattern * text steps, whatever the pattern: only the last `*` is ever retried.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;

// Whether a pattern has a `*` or `?` that is not plain.
[[nodiscard]] bool is_glob(std::string_view pattern) noexcept;

// The one text that a pattern matches which is no glob.
[[nodiscard]] std::string plain_text(std::string_view pattern);

}  // namespace weir::limiter
