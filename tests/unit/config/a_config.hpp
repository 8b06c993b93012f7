// a_config.hpp: configs to begin with, and ways to say what is expected of them.
#pragma once

#include "config/parse.hpp"

#include <gmock/gmock.h>

#include <map>
#include <ostream>
#include <string>
#include <string_view>

namespace weir::config {

inline void PrintTo(const Error& error, std::ostream* out) {
  *out << error.line << ":" << error.column << "+" << error.length << ": " << error.message;
}

inline Environment no_environment() {
  return [](std::string_view) { return std::optional<std::string>(); };
}

inline Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

// The smallest gateway, with `limit` as the options of its limit `a`, in braces.
inline std::string with_limit(std::string_view limit) {
  return "version: 1\n"
         "upstreams: { local: { url: http://127.0.0.1:9000 } }\n"
         "routes: [{ path: /*, to: local, limits: a }]\n"
         "limits:\n"
         "  a: {" +
         std::string(limit) + "}\n";
}

// The smallest gateway and more lines at the top level; they start at line 4.
inline std::string with_lines(std::string_view lines) {
  return "version: 1\n"
         "upstreams: { local: { url: http://127.0.0.1:9000 } }\n"
         "routes: [{ path: /*, to: local }]\n" +
         std::string(lines) + "\n";
}

// What a text means; the test fails, and says the errors, when it has any.
inline Config config_of(std::string_view text, const Environment& environment = no_environment(),
                        const std::string& directory = ".") {
  const auto config = parse(text, environment, directory);
  if (config) return *config;
  for (const Error& error : config.error()) ADD_FAILURE() << describe(error, "weir.yaml", text);
  return {};
}

inline std::vector<Error> errors_of(std::string_view text, const Environment& environment = no_environment(),
                                    const std::string& directory = ".") {
  const auto config = parse(text, environment, directory);
  return config ? std::vector<Error>() : config.error();
}

}  // namespace weir::config
