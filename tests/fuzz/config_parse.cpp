// Any bytes as weir.yaml: parse answers a config or errors whose places are in the text, and each can be described.
#include "config/parse.hpp"
#include "config/warnings.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using weir::config::Error;

namespace {

std::optional<std::string> variable(std::string_view name) {
  if (name == "EMPTY") return "";
  if (name == "RATE") return "100/1m";
  if (name == "ODD") return std::string("a\0\n: {\xFF", 8);
  return std::nullopt;
}

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = weir::config::parse(text, variable, "/nowhere");
  if (config) {
    require(!config->upstreams.empty() && !config->routes.empty());
    for (const auto& limit : config->limits) {
      require(!limit.key.empty() && weir::validate(limit.rule).has_value());
      for (const auto& condition : limit.when) require(!condition.values.empty());
      for (const auto& statuses : limit.charge) require(100 <= statuses.first && statuses.last <= 599);
    }
    for (const auto& route : config->routes) {
      for (const auto& choice : route.limits) require(!choice.empty());
    }
    if (config->admin && !config->admin->token) require(config->admin->address.host != "0.0.0.0");
    for (const auto& warning : weir::config::warnings(*config)) {
      require(!warning.message.empty() && !weir::config::describe(warning, "weir.yaml").empty());
    }
    return 0;
  }
  require(!config.error().empty());
  const Error* before = nullptr;
  for (const Error& error : config.error()) {
    require(!error.message.empty() && error.length >= 1);
    require(before == nullptr || error.line == 0 ||
            std::pair(before->line, before->column) <= std::pair(error.line, error.column));
    require(!weir::config::describe(error, "weir.yaml", text).empty());
    before = &error;
  }
  return 0;
}
