// limit.cpp: `weir limit`, one decision by the running gateway: it charges the key.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  std::optional<std::int64_t> cost;
};

// `["eu","user:42"]`
std::optional<boost::json::value> as_list(std::string_view key) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(key, error);
  if (error || !value.is_array()) return std::nullopt;
  if (!std::ranges::all_of(value.get_array(), [](const auto& part) { return part.is_string(); })) return std::nullopt;
  return value;
}

// Whether the limit's key has several parts. The error is the exit status.
std::expected<bool, int> counts_by_several(const Arguments& arguments) {
  const auto answer = ask_admin(*arguments.admin, "GET", "/api/v1/limits");
  if (!answer) return std::unexpected(answer.error());
  const auto* object = answer->if_object();
  const auto* limits = object == nullptr ? nullptr : object->if_contains("limits");
  if (limits == nullptr || !limits->is_array()) return true;
  for (const boost::json::value& limit : limits->get_array()) {
    if (text_of(limit, "name") == arguments.limit)
      return limit.get_object().if_contains("key") == nullptr || limit.at("key").is_array();
  }
  return true;  // no such limit: the decision will say so
}

// A text that looks like a list is one where the limit counts by several parts, and plain where it does not.
std::expected<boost::json::value, int> key_of(const Arguments& arguments) {
  auto list = arguments.key.starts_with('[') ? as_list(arguments.key) : std::nullopt;
  if (!list) return boost::json::value(arguments.key);
  const auto several = counts_by_several(arguments);
  if (!several) return std::unexpected(several.error());
  return *several ? *std::move(list) : boost::json::value(arguments.key);
}

int limit(const Arguments& arguments) {
  auto key = key_of(arguments);
  if (!key) return key.error();
  boost::json::object body{{"limit", arguments.limit}, {"key", *std::move(key)}};
  if (arguments.cost) body["cost"] = *arguments.cost;
  const auto decision = call_admin(*arguments.admin, "POST", "/api/v1/limit", boost::json::serialize(body));
  if (!decision) return decision.error();
  if (!arguments.admin->json) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    std::cout << decision_words(*decision, now) << '\n' << std::flush;
  }
  return is_true(*decision, "allowed") ? ok : refused;
}

}  // namespace

Run declare_limit(Syntax arguments) {
  auto chosen = std::make_shared<Arguments>();
  arguments.option("NAME", chosen->limit, "The limit").required();
  arguments.option("KEY", chosen->key, "Whom to count; of several parts: a JSON list of strings").required();
  arguments.option("--cost", chosen->cost, "What to take: 0 asks, below 0 refunds; the limit's own cost by default")
      .value_name("N");
  chosen->admin = declare_admin_options(arguments);
  arguments.footer("Exit status: 0 allowed, 1 limited or denied.\nExample: weir limit per-user user:42 --cost 5");
  return [chosen] { return limit(*chosen); };
}

}  // namespace weir::cli
