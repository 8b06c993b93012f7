// parse.hpp: weir.yaml to a Config, or every error in it at once.
#pragma once

#include "config/config.hpp"

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

struct Error {
  int line = 0;         // 1 is the first; 0: the error has no place in the text (a missing file, say)
  int column = 0;       // 1 is the first
  int length = 1;       // columns to underline
  std::string message;  // what was found, what was expected, what to do
};

// The value of an environment variable, or nothing.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;
[[nodiscard]] Environment process_environment();

// `directory` is where files named in the config (a response body) are looked for. Errors come in the text's order.
[[nodiscard]] std::expected<Config, std::vector<Error>> parse(std::string_view text, const Environment& environment,
                                                              const std::string& directory = ".");

// One error as a person reads it: `FILE:LINE:COL: error: message`, then the line with the place underlined.
[[nodiscard]] std::string describe(const Error& error, std::string_view file, std::string_view text);

}  // namespace weir::config
