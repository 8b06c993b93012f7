// envoy.cpp: `weir envoy`, the bootstrap for an Envoy that somebody else runs.
#include <algorithm>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/envoy_module.hpp"
#include "cli/exit_status.hpp"
#include "config/parse.hpp"
#include "gateway/alert_settings.hpp"
#include "gateway/bootstrap.hpp"
#include "gateway/environment_reference.hpp"
#include "gateway/store_reference.hpp"

namespace weir::cli {

namespace {

// The variables whose values are not in the bootstrap, but looked for by Envoy and the module.
std::set<std::string> secrets_of(const config::Config& config) {
  const auto environment = config::process_environment();
  std::set<std::string> names;
  for (const config::Upstream& upstream : config.upstreams) {
    for (const auto& [header, secret] : upstream.headers) {
      names.merge(gateway::variables_in(secret.written, environment));
    }
  }
  if (config.admin && config.admin->token) {
    names.merge(gateway::variables_in(config.admin->token->written, environment));
  }
  const auto with_passwords = [&](std::string_view name) {
    const bool ours = name.starts_with(gateway::password_variable) || name.starts_with(gateway::alert_secret_variable);
    return ours ? std::string() : environment(name);
  };
  for (const std::string& written : gateway::store_urls_written(config.store)) {
    names.merge(gateway::variables_in(written, with_passwords));
  }
  for (const std::string& written : gateway::alert_texts_written(config.alerts)) {
    names.merge(gateway::variables_in(written, with_passwords));
  }
  return names;
}

bool signs_by_the_usual_chain(const config::Config& config) {
  return std::ranges::any_of(config.upstreams, [](const config::Upstream& upstream) {
    return upstream.lambda && upstream.lambda->credentials.profile.empty();
  });
}

int envoy(const std::string& path) {
  const auto config = read_config(path);
  if (!config) return wrong_usage;
  std::cout << gateway::bootstrap(*config, gateway::RenderOptions{}) << '\n' << std::flush;
  const auto module = find_envoy_module();
  std::cerr << "weir: Envoy 1.40 finds the module by ENVOY_DYNAMIC_MODULES_SEARCH_PATH="
            << (module ? module->parent_path().string() : "FOLDER_OF_LIBWEIR_ENVOY_SO") << '\n';
  if (const std::set<std::string> names = secrets_of(*config); !names.empty()) {
    std::cerr << "weir: Envoy's environment must hold";
    for (const std::string& name : names) std::cerr << ' ' << name;
    std::cerr << '\n';
    if (!gateway::alert_secrets(config->alerts).empty()) {
      std::cerr << "weir: " << gateway::alert_secret_variable
                << "... is the secret of an alert; a ${VAR} of your own in "
                << "its place has a better name\n";
    }
    if (!gateway::store_passwords(config->store).empty()) {
      std::cerr << "weir: " << gateway::password_variable << "... is the password in the store's URL; a ${VAR} of your "
                << "own in its place has a better name\n";
    }
  }
  if (signs_by_the_usual_chain(*config)) {
    std::cerr
        << "weir: Envoy signs calls of Lambda with the credentials that it finds itself: AWS_ACCESS_KEY_ID and "
        << "AWS_SECRET_ACCESS_KEY in its environment, a profile, a web identity, a container's or an instance's\n";
  }
  return std::cout ? ok : unreachable;
}

}  // namespace

Run declare_envoy(Syntax arguments) {
  auto path = std::make_shared<std::string>("weir.yaml");
  arguments.option("-c,--config", *path, "The config file").value_name("FILE").shows_default();
  arguments.footer("Example: weir envoy -c weir.yaml > envoy.json");
  return [path] { return envoy(*path); };
}

}  // namespace weir::cli
