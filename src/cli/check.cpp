// check.cpp: `weir check`, is a config file fine?
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/exit_status.hpp"

namespace weir::cli {

namespace {

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

int check(const std::string& path) {
  const auto config = read_config(path);
  if (!config) return wrong_usage;
  print_warnings(*config, path);
  std::cout << path << " is fine: " << counted(config->limits.size(), "limit") << ", "
            << counted(config->routes.size(), "route") << '\n';
  return ok;
}

}  // namespace

Run declare_check(Syntax arguments) {
  auto path = std::make_shared<std::string>("weir.yaml");
  arguments.option("-c,--config", *path, "The config file").value_name("FILE").shows_default();
  arguments.footer("Example: weir check -c weir.yaml");
  return [path] { return check(*path); };
}

}  // namespace weir::cli
