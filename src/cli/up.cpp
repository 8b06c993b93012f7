// up.cpp: `weir up`, the gateway in the foreground.
#include <algorithm>
#include <cstdlib>
#include <expected>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/envoy_binary.hpp"
#include "cli/envoy_module.hpp"
#include "cli/exit_status.hpp"
#include "cli/live_config.hpp"
#include "cli/ports.hpp"
#include "cli/run_folder.hpp"
#include "cli/supervisor.hpp"
#include "gateway/bootstrap.hpp"

namespace weir::cli {

namespace {

struct UpOptions {
  std::string config = "weir.yaml";
  unsigned workers = 0;  // 0: one a processor
  std::optional<std::string> envoy;
  std::string log_level = "warning";
};

int fail(const std::string& sentence) {
  std::cerr << "weir: " << sentence << '\n';
  return unreachable;
}

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// The admin API's default place gives way to whoever is there already; one that is written must be free.
std::expected<PortClaims, std::string> claim_ports(config::Config& config) {
  PortClaims claims;
  auto listen = ListenClaim::make(config.listen);
  if (!listen) return std::unexpected(listen.error());
  claims.listen = std::move(*listen);
  if (!config.admin) return claims;
  auto admin = ListenClaim::make(config.admin->address, "admin");
  if (admin) {
    claims.admin = std::move(*admin);
  } else if (config.admin->written) {
    return std::unexpected(admin.error());
  } else {
    std::cerr << "weir: warning: going on without the admin API: " << admin.error() << '\n';
    config.admin.reset();
  }
  return claims;
}

int up(const UpOptions& options) {
  hold_signals();
  auto config = read_config(options.config);
  if (!config) return wrong_usage;
  print_warnings(*config, options.config);

  const auto envoy = find_envoy({.option = options.envoy,
                                 .environment = variable("WEIR_ENVOY"),
                                 .program_folder = program_folder(),
                                 .path = variable("PATH").value_or("")});
  if (!envoy) return fail(envoy.error());
  const auto version = ask_envoy_version(*envoy);
  if (!version) return fail(version.error());
  switch (compatibility(*version)) {
    case Compatibility::built_for:
      break;
    case Compatibility::may_work:
      std::cerr << "weir: " << envoy->string() << " is Envoy " << to_string(*version)
                << "; this Weir is built for 1.40, which is the one to run.\n";
      break;
    case Compatibility::cannot_work:
      return fail(envoy->string() + " is Envoy " + to_string(*version) +
                  "; Weir needs 1.40 (1.38 to 1.41 are tried, others cannot load its module).");
  }
  const auto module = find_envoy_module();
  if (!module) return fail(module.error());

  auto claims = claim_ports(*config);
  if (!claims) return fail(claims.error());
  const auto folder = RunFolder::make();
  if (!folder) return fail(folder.error());
  const gateway::RenderOptions render{.admin_socket = folder->path() / "admin.sock", .folder = folder->path()};
  if (const auto written = folder->write("envoy.json", gateway::bootstrap(*config, render)); !written) {
    return fail(written.error());
  }
  LiveConfig live(options.config, *config, std::move(*claims), *folder, render);
  if (const auto written = live.write(); !written) return fail(written.error());

  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  return supervise({.envoy = *envoy,
                    .module_folder = module->parent_path(),
                    .bootstrap = folder->path() / "envoy.json",
                    .workers = options.workers == 0 ? processors : options.workers,
                    .log_level = parse_log_level(options.log_level).value_or(LogLevel::warning)},
                   live);
}

}  // namespace

Run declare_up(Syntax arguments) {
  auto options = std::make_shared<UpOptions>();
  arguments.option("-c,--config", options->config, "The config file").value_name("FILE").shows_default();
  arguments.option("--workers", options->workers, "Worker threads (default: one a processor)")
      .quietly_between(1, 1024)
      .value_name("N");
  arguments.option("--envoy", options->envoy, "The Envoy to run (default: $WEIR_ENVOY, beside weir, .venv, PATH)")
      .value_name("PATH");
  arguments
      .option("--log-level", options->log_level,
              "What Envoy says of itself: trace, debug, info, warning, error, critical, off")
      .one_of({"trace", "debug", "info", "warning", "error", "critical", "off"})
      .value_name("LEVEL")
      .shows_default();
  arguments.footer("Example: weir up -c weir.yaml --workers 2");
  return [options] { return up(*options); };
}

}  // namespace weir::cli
