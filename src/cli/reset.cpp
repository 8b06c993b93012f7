// reset.cpp: `weir reset`, a key of a limit starts afresh, or all of them do.
#include <iostream>
#include <memory>
#include <string>

#include "api/target.hpp"
#include "cli/admin_command.hpp"
#include "cli/command.hpp"
#include "cli/exit_status.hpp"
#include "config/shown.hpp"

namespace weir::cli {

namespace {

struct Arguments {
  std::shared_ptr<AdminOptions> admin;
  std::string limit;
  std::string key;
  bool all = false;
};

int reset(const Arguments& arguments) {
  const auto answer =
      arguments.all ? call_admin(*arguments.admin, "POST", limit_target(arguments.limit, "/reset"))
                    : call_admin(*arguments.admin, "DELETE",
                                 limit_target(arguments.limit, "/keys?key=" + api::percent_encoded(arguments.key)));
  if (!answer) return answer.error();
  if (!arguments.admin->json) {
    std::cout << (arguments.all ? "every key" : config::printable(arguments.key)) << " starts afresh in "
              << config::printable(arguments.limit) << '\n'
              << std::flush;
  }
  return ok;
}

}  // namespace

Run declare_reset(Syntax arguments) {
  auto chosen = std::make_shared<Arguments>();
  arguments.option("NAME", chosen->limit, "The limit").required();
  const Argument key =
      arguments.option("KEY", chosen->key, "Who starts afresh; of several parts: a JSON list of strings");
  const Argument all = arguments.flag("--all", chosen->all, "Every key of the limit").excludes(key);
  chosen->admin = declare_admin_options(arguments);
  arguments.require("KEY, or --all for every key,", [key, all] { return key.given() || all.given(); });
  arguments.footer("Example: weir reset per-user user:42");
  return [chosen] { return reset(*chosen); };
}

}  // namespace weir::cli
