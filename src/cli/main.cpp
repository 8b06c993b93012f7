// main.cpp: `weir`, from its arguments to a command.
#include <CLI/CLI.hpp>

#include <array>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/exit_status.hpp"
#include "config/suggestion.hpp"

namespace {

using namespace weir::cli;  // NOLINT(google-build-using-namespace): this file is the room's front door

constexpr std::array commands{
    Command{"up", "Run the gateway in the foreground; SIGTERM lets open requests finish", declare_up},
    Command{"check", "Check a config file and name every error in it", declare_check},
    Command{"envoy", "Print the Envoy bootstrap, for people who run their own Envoy", declare_envoy},
    Command{"limit", "Ask the running gateway for a decision, and charge it", declare_limit},
    Command{"remaining", "What a key has left", declare_remaining},
    Command{"reset", "Start a key afresh", declare_reset},
    Command{"rate", "Read or change a limit's rate while the gateway runs", declare_rate},
    Command{"deny", "Read or change the deny list", declare_deny},
    Command{"top", "Show the busiest and the most limited keys, tokens and throttles, live", declare_top},
    Command{"redis", "Look after our keys in Redis", declare_redis},
    Command{"simulate", "Replay a trace against a config and print what would have been allowed", declare_simulate},
    Command{"convert", "Print another rate limiter's config as a weir.yaml", declare_convert},
    Command{"completion", "Print the completions for a shell", declare_completion},
};

// CLI11 would call a misspelt command an unexpected argument; people deserve a better answer.
int unknown_command(std::string_view word) {
  std::vector<std::string_view> names;
  names.reserve(commands.size());
  for (const Command& command : commands) names.push_back(command.name);
  std::cerr << "weir: there is no command '" << word << '\'' << weir::config::did_you_mean(word, names)
            << "\nSee `weir --help`.\n";
  return wrong_usage;
}

bool is_command(std::string_view word) {
  for (const Command& command : commands) {
    if (command.name == word) return true;
  }
  return false;
}

int run(int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-' && !is_command(argv[1])) return unknown_command(argv[1]);

  CLI::App app("weir: rate limits for HTTP, from one file.", "weir");
  app.set_version_flag("--version", "weir " WEIR_VERSION, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.require_subcommand(1);
  app.footer("Exit status: 0 ok, 1 a negative answer, 2 wrong usage or config, 3 could not reach what it needs.");
  std::vector<std::pair<CLI::App*, Run>> declared;
  for (const Command& command : commands) {
    CLI::App* arguments = app.add_subcommand(std::string(command.name), std::string(command.summary));
    declared.emplace_back(arguments, command.declare(Syntax(*arguments)));
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    if (argc == 1) {
      std::cerr << app.help();
    } else {
      const std::string command = is_command(argv[1]) ? std::string(" ") + argv[1] : "";
      std::cerr << "weir" << command << ": " << error.what() << "\nSee `weir" << command << " --help`.\n";
    }
    return wrong_usage;
  }
  for (const auto& [arguments, command] : declared) {
    if (arguments->parsed()) return command();
  }
  return wrong_usage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weir: %s\n", error.what());
    return unreachable;
  }
}
