// command.hpp: the commands of `weir`. Each lives in a file of its own: it declares its arguments and returns what to
// run once they are parsed; main.cpp holds the table.
#pragma once

#include <functional>
#include <string_view>

namespace CLI {
class App;
}

namespace weir::cli {

using Run = std::function<int()>;  // returns the exit status (exit_status.hpp)

struct Command {
  std::string_view name;
  std::string_view summary;
  Run (*declare)(CLI::App& arguments);
};

[[nodiscard]] Run declare_up(CLI::App& arguments);
[[nodiscard]] Run declare_check(CLI::App& arguments);
[[nodiscard]] Run declare_envoy(CLI::App& arguments);
[[nodiscard]] Run declare_limit(CLI::App& arguments);
[[nodiscard]] Run declare_remaining(CLI::App& arguments);
[[nodiscard]] Run declare_reset(CLI::App& arguments);
[[nodiscard]] Run declare_rate(CLI::App& arguments);
[[nodiscard]] Run declare_deny(CLI::App& arguments);
[[nodiscard]] Run declare_simulate(CLI::App& arguments);
[[nodiscard]] Run declare_completion(CLI::App& arguments);

}  // namespace weir::cli
