// rate.cpp: `weir rate`, the rate in force, of a limit or of one of its keys, and changing it while the gateway runs.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "api/target.hpp"
#include "cli/admin_command.hpp"
#include "cli/command.hpp"
#include "cli/decision_words.hpp"
#include "cli/exit_status.hpp"
#include "config/shown.hpp"

namespace weir::cli {

namespace {

struct Arguments {
  std::shared_ptr<AdminOptions> admin;
  std::string limit;
  std::optional<std::string> key;
  std::string rate;
  std::optional<std::int64_t> burst;
  std::optional<std::string> anchor;
};

std::string target(const Arguments& arguments) {
  const std::string of_key = arguments.key ? "/keys/" + api::percent_encoded(*arguments.key) : "";
  return limit_target(arguments.limit, of_key + "/rate");
}

std::string whose(const Arguments& arguments) {
  const std::string limit = config::printable(arguments.limit);
  return arguments.key ? config::printable(*arguments.key) + " in " + limit : limit;
}

int get(const Arguments& arguments) {
  const auto rate = call_admin(*arguments.admin, "GET", target(arguments));
  if (!rate) return rate.error();
  if (!arguments.admin->json) std::cout << rate_words(*rate) << '\n' << std::flush;
  return ok;
}

int set(const Arguments& arguments) {
  boost::json::object body{{"rate", arguments.rate}};
  if (arguments.burst) body["burst"] = *arguments.burst;
  if (arguments.anchor) body["anchor"] = *arguments.anchor;
  const auto answer = call_admin(*arguments.admin, "PUT", target(arguments), boost::json::serialize(body));
  if (!answer) return answer.error();
  if (!arguments.admin->json) {
    std::cout << whose(arguments) << ": " << config::printable(arguments.rate) << " from now on\n" << std::flush;
  }
  return ok;
}

int clear(const Arguments& arguments) {
  const auto answer = call_admin(*arguments.admin, "DELETE", target(arguments));
  if (!answer) return answer.error();
  if (!arguments.admin->json) {
    std::cout << whose(arguments) << ": no rate of its own any more\n" << std::flush;
  }
  return ok;
}

// NAME, --key and the options of every command that asks the API.
std::shared_ptr<Arguments> declare_common(Syntax command) {
  auto chosen = std::make_shared<Arguments>();
  command.option("NAME", chosen->limit, "The limit").required();
  return chosen;
}

void declare_rest(Syntax command, Arguments& chosen) {
  command.option("--key", chosen.key, "Of this key alone; of several parts: a JSON list of strings").value_name("KEY");
  chosen.admin = declare_admin_options(command);
}

}  // namespace

Run declare_rate(Syntax arguments) {
  auto run = std::make_shared<Run>();
  arguments.footer("Example: weir rate set per-user 200/1m --key user:42");

  Syntax get_command = arguments.command("get", "Print the rate in force");
  const auto got = declare_common(get_command);
  declare_rest(get_command, *got);
  get_command.footer("Example: weir rate get per-user");
  get_command.when_chosen([run, got] { *run = [got] { return get(*got); }; });

  Syntax set_command = arguments.command("set", "Change the rate while the gateway runs");
  const auto changed = declare_common(set_command);
  set_command.option("RATE", changed->rate, "Like 100/1m, 5000/month or unlimited").required();
  set_command.option("--burst", changed->burst, "How many may come at once (token_bucket, gcra)").value_name("N");
  set_command.option("--anchor", changed->anchor, "Day on which windows of days, months and years start")
      .value_name("DATE");
  declare_rest(set_command, *changed);
  set_command.footer("Example: weir rate set per-user 200/1m --key user:42");
  set_command.when_chosen([run, changed] { *run = [changed] { return set(*changed); }; });

  Syntax clear_command = arguments.command("clear", "Go back to the config's rate");
  const auto cleared = declare_common(clear_command);
  declare_rest(clear_command, *cleared);
  clear_command.footer("Example: weir rate clear per-user --key user:42");
  clear_command.when_chosen([run, cleared] { *run = [cleared] { return clear(*cleared); }; });

  return [run] { return (*run)(); };
}

}  // namespace weir::cli
