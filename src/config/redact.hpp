// redact.hpp: secrets in a line of the file, made unreadable before the line is shown.
#pragma once

#include <string>
#include <string_view>

namespace weir::config {

// The same line with `*` for each byte of a URL's user and password, and of the values of options whose name says that
// they are secret (token, secret, password, authorization). Keeps its length, so that places stay right.
[[nodiscard]] std::string redact(std::string_view line);

}  // namespace weir::config
