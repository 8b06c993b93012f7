// convert.cpp: `weir convert`, the config of another rate limiter as a weir.yaml.
#include <iostream>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/exit_status.hpp"
#include "config/higress/convert.hpp"

namespace weir::cli {
namespace {

int convert_from_higress(const std::string& path) {
  const auto text = read_file(path);
  if (!text) {
    std::cerr << path << ": error: cannot read this file: " << text.error() << '\n';
    return wrong_usage;
  }
  const auto converted = config::convert_higress(*text);
  if (!converted) {
    std::cerr << path << ": error: " << converted.error() << '\n';
    return wrong_usage;
  }
  std::cout << converted->yaml << std::flush;
  for (const std::string& note : converted->notes) std::cerr << "weir convert: " << note << '\n';
  return ok;
}

}  // namespace

Run declare_convert(Syntax arguments) {
  auto run = std::make_shared<Run>();
  arguments.footer("Example: weir convert higress plugin.yaml > weir.yaml");
  Syntax higress = arguments.command("higress", "From Higress: ai-token-ratelimit or cluster-key-rate-limit");
  const auto path = std::make_shared<std::string>();
  higress.option("FILE", *path, "The plugin's config, or the WasmPlugin resource around it").required();
  higress.footer(
      "Prints a weir.yaml; what has no equivalent, and what is to be filled in, is said on stderr.\n"
      "Example: weir convert higress plugin.yaml > weir.yaml");
  higress.when_chosen([run, path] { *run = [path] { return convert_from_higress(*path); }; });
  return [run] { return (*run)(); };
}

}  // namespace weir::cli
