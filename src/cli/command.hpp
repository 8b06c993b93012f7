// command.hpp: the commands of `weir`. Each lives in a file of its own: it declares its arguments and returns what to
// run once they are parsed; main.cpp holds the table.
#pragma once

#include "cli/syntax.hpp"

#include <functional>
#include <string_view>

namespace weir::cli {

using Run = std::function<int()>;  // returns the exit status (exit_status.hpp)

struct Command {
  std::string_view name;
  std::string_view summary;
  Run (*declare)(Syntax arguments);
};

[[nodiscard]] Run declare_up(Syntax arguments);
[[nodiscard]] Run declare_check(Syntax arguments);
[[nodiscard]] Run declare_envoy(Syntax arguments);
[[nodiscard]] Run declare_limit(Syntax arguments);
[[nodiscard]] Run declare_remaining(Syntax arguments);
[[nodiscard]] Run declare_reset(Syntax arguments);
[[nodiscard]] Run declare_rate(Syntax arguments);
[[nodiscard]] Run declare_deny(Syntax arguments);
[[nodiscard]] Run declare_top(Syntax arguments);
[[nodiscard]] Run declare_redis(Syntax arguments);
[[nodiscard]] Run declare_simulate(Syntax arguments);
[[nodiscard]] Run declare_convert(Syntax arguments);
[[nodiscard]] Run declare_completion(Syntax arguments);

}  // namespace weir::cli
