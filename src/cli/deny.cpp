// deny.cpp: `weir deny`, the deny list of the running gateway.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/target.hpp"
#include "cli/admin_command.hpp"
#include "cli/command.hpp"
#include "cli/decision_words.hpp"
#include "cli/exit_status.hpp"
#include "cli/text_table.hpp"
#include "config/shown.hpp"

namespace weir::cli {

namespace {

struct Arguments {
  std::shared_ptr<AdminOptions> admin;
  std::string value;
  std::optional<std::string> ttl;
  std::optional<std::string> limit;
};

std::string target(const Arguments& arguments) { return "/api/v1/deny/" + api::percent_encoded(arguments.value); }

// What names the limit and the time; empty when neither is given.
std::string body(const Arguments& arguments) {
  boost::json::object body;
  if (arguments.limit) body["limit"] = *arguments.limit;
  if (arguments.ttl) body["ttl"] = *arguments.ttl;
  return body.empty() ? "" : boost::json::serialize(body);
}

int add(const Arguments& arguments) {
  const auto answer = call_admin(*arguments.admin, "PUT", target(arguments), body(arguments));
  if (!answer) return answer.error();
  if (!arguments.admin->json) {
    std::cout << config::printable(arguments.value) << " is denied";
    if (arguments.limit) std::cout << " in " << config::printable(*arguments.limit);
    if (arguments.ttl) std::cout << " for " << config::printable(*arguments.ttl);
    std::cout << '\n' << std::flush;
  }
  return ok;
}

int remove(const Arguments& arguments) {
  const std::string query = arguments.limit ? "?limit=" + api::percent_encoded(*arguments.limit) : "";
  const auto answer = call_admin(*arguments.admin, "DELETE", target(arguments) + query);
  if (!answer) return answer.error();
  if (!arguments.admin->json)
    std::cout << config::printable(arguments.value) << " is not denied any more\n" << std::flush;
  return ok;
}

std::string value_of(const boost::json::value& entry) {
  const std::string_view encoded = text_of(entry, "value_encoded");
  if (!encoded.empty()) return std::string(encoded) + " (percent-encoded)";
  const auto* value = entry.get_object().if_contains("value");
  if (value == nullptr) return {};
  return config::printable(value->is_string() ? std::string(text_of(entry, "value")) : boost::json::serialize(*value));
}

std::string end_of(const boost::json::value& entry, UnixMilliseconds now) {
  const auto* expires = entry.get_object().if_contains("expires_ms");
  if (expires == nullptr || !expires->is_int64()) return "never";
  const UnixMilliseconds end{std::chrono::milliseconds(expires->get_int64())};
  return end > now ? "in " + spelled(end - now) : "now";
}

int list(const Arguments& arguments) {
  const auto answer = ask_admin(*arguments.admin, "GET", "/api/v1/deny");
  if (!answer) return answer.error();
  const auto* object = answer->if_object();
  const auto* entries = object == nullptr ? nullptr : object->if_contains("deny");
  boost::json::array wanted;
  if (entries != nullptr && entries->is_array()) {
    for (const boost::json::value& entry : entries->get_array()) {
      if (!entry.is_object()) continue;
      if (!arguments.limit || text_of(entry, "limit") == *arguments.limit) wanted.push_back(entry);
    }
  }
  if (arguments.admin->json) {
    std::cout << boost::json::serialize(boost::json::object{{"deny", std::move(wanted)}}) << '\n' << std::flush;
    return ok;
  }
  if (wanted.empty()) {
    std::cout << "nothing is denied\n" << std::flush;
    return ok;
  }
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  TextTable table({"value", "limit", "ends"}, 3);
  for (const boost::json::value& entry : wanted) {
    const std::string_view limit = text_of(entry, "limit");
    table.add_row({value_of(entry), limit.empty() ? "any" : config::printable(limit), end_of(entry, now)});
  }
  std::cout << table.text() << std::flush;
  return ok;
}

}  // namespace

Run declare_deny(Syntax arguments) {
  auto run = std::make_shared<Run>();
  arguments.footer("Example: weir deny add 203.0.113.0/24 --ttl 1h");

  Syntax list_command = arguments.command("list", "Print who is denied");
  const auto listed = std::make_shared<Arguments>();
  list_command.option("--limit", listed->limit, "The entries of this limit alone").value_name("NAME");
  listed->admin = declare_admin_options(list_command);
  list_command.footer("Example: weir deny list");
  list_command.when_chosen([run, listed] { *run = [listed] { return list(*listed); }; });

  Syntax add_command = arguments.command("add", "Deny a value, an address, a CIDR or a glob");
  const auto added = std::make_shared<Arguments>();
  add_command.option("VALUE", added->value, "Whom: matched with the parts of keys and the client's address").required();
  add_command.option("--ttl", added->ttl, "For how long, like 1h; for ever by default").value_name("DURATION");
  add_command.option("--limit", added->limit, "In this limit alone, matched with its key").value_name("NAME");
  added->admin = declare_admin_options(add_command);
  add_command.footer("Example: weir deny add 203.0.113.0/24 --ttl 1h");
  add_command.when_chosen([run, added] { *run = [added] { return add(*added); }; });

  Syntax remove_command = arguments.command("remove", "Deny it no longer");
  const auto removed = std::make_shared<Arguments>();
  remove_command.option("VALUE", removed->value, "As it was added").required();
  remove_command.option("--limit", removed->limit, "The limit it was added with").value_name("NAME");
  removed->admin = declare_admin_options(remove_command);
  remove_command.footer("Example: weir deny remove 203.0.113.0/24");
  remove_command.when_chosen([run, removed] { *run = [removed] { return remove(*removed); }; });

  return [run] { return (*run)(); };
}

}  // namespace weir::cli
