// remaining.cpp: `weir remaining`, what a key has left; nothing is charged.
#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include "api/target.hpp"
#include "cli/admin_command.hpp"
#include "cli/command.hpp"
#include "cli/decision_words.hpp"
#include "cli/exit_status.hpp"

namespace weir::cli {

namespace {

struct Arguments {
  std::shared_ptr<AdminOptions> admin;
  std::string limit;
  std::string key;
};

int remaining(const Arguments& arguments) {
  const auto decision = call_admin(*arguments.admin, "GET",
                                   limit_target(arguments.limit, "/keys?key=" + api::percent_encoded(arguments.key)));
  if (!decision) return decision.error();
  if (!arguments.admin->json) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    std::cout << remaining_words(*decision, now) << '\n' << std::flush;
  }
  return ok;
}

}  // namespace

Run declare_remaining(Syntax arguments) {
  auto chosen = std::make_shared<Arguments>();
  arguments.option("NAME", chosen->limit, "The limit").required();
  arguments.option("KEY", chosen->key, "Whose rest; of several parts: a JSON list of strings").required();
  chosen->admin = declare_admin_options(arguments);
  arguments.footer("Example: weir remaining per-user user:42");
  return [chosen] { return remaining(*chosen); };
}

}  // namespace weir::cli
