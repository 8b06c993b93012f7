// envoy.cpp: `weir envoy`, the bootstrap for an Envoy that somebody else runs.
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/envoy_module.hpp"
#include "cli/exit_status.hpp"
#include "gateway/bootstrap.hpp"

namespace weir::cli {

namespace {

int envoy(const std::string& path) {
  const auto config = read_config(path);
  if (!config) return wrong_usage;
  std::cout << gateway::bootstrap(*config, gateway::RenderOptions{}) << '\n' << std::flush;
  const auto module = find_envoy_module();
  std::cerr << "weir: Envoy 1.40 finds the module by ENVOY_DYNAMIC_MODULES_SEARCH_PATH="
            << (module ? module->parent_path().string() : "FOLDER_OF_LIBWEIR_ENVOY_SO") << '\n';
  return std::cout ? ok : unreachable;
}

}  // namespace

Run declare_envoy(CLI::App& arguments) {
  auto path = std::make_shared<std::string>("weir.yaml");
  arguments.add_option("-c,--config", *path, "The config file")->type_name("FILE")->capture_default_str();
  return [path] { return envoy(*path); };
}

}  // namespace weir::cli
