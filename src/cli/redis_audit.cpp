// redis_audit.cpp: `weir redis audit`, which of our keys in Redis have no TTL?
#include <chrono>
#include <cstddef>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/json_text.hpp"
#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/exit_status.hpp"
#include "config/shown.hpp"
#include "store/redis/store/audit.hpp"
#include "store/redis/upstash/keys.hpp"
#include "store/url/store_url.hpp"

namespace weir::cli {

namespace {

namespace redis = store::redis;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

struct Arguments {
  std::string config = "weir.yaml";
  std::optional<std::string> url;
  bool fix = false;
  bool json = false;
};

// After so long every state of the rule equals a fresh one, debt aside; what is used meanwhile gets its own TTL.
milliseconds longest_state(const Rule& rule) {
  constexpr auto slack = 2s;
  constexpr milliseconds longest = std::chrono::days(36'525);
  const auto period = rule.period.kind() == Period::Kind::month  ? std::chrono::nanoseconds(std::chrono::days(31))
                      : rule.period.kind() == Period::Kind::year ? std::chrono::nanoseconds(std::chrono::days(366))
                                                                 : rule.period.length();
  switch (rule.algorithm) {
    case Algorithm::concurrency:
    case Algorithm::unlimited:
      return 24h;  // a lease that is held for longer is renewed, and its key then has a TTL again
    case Algorithm::token_bucket:
    case Algorithm::interval_bucket:
    case Algorithm::gcra: {
      const double periods =
          static_cast<double>(rule.burst == 0 ? rule.count : rule.burst) / static_cast<double>(rule.count);
      const double ms = static_cast<double>(period.count()) / 1e6 * (periods + 1);
      return ms < static_cast<double>(longest.count()) ? milliseconds(static_cast<std::int64_t>(ms)) + slack : longest;
    }
    default:
      return std::chrono::ceil<milliseconds>(2 * std::min<std::chrono::nanoseconds>(period, longest)) + slack;
  }
}

std::vector<redis::AuditedKeys> keys_of(const config::Config& config) {
  const std::string shared = config.store.name_space + ":{shared}:";
  std::vector<redis::AuditedKeys> all{
      {.start = shared + "instances", .lives = 5s},
      {.start = shared + "version", .lives = 24h},
      {.start = shared + "generation", .lives = std::chrono::days(800)},
      {.start = shared + "denied", .lives = std::chrono::days(366)},
      // A prefix of layout upstash may be the namespace: these stay all the same.
      {.start = shared + "settings", .lives = 24h, .settings = {shared + "settings"}},
      {.start = config.store.name_space + ":id:", .lives = 24h},
      {.start = config.store.name_space + ":parts:", .lives = 24h},
  };
  const bool upstash = config.store.layout == config::Store::Layout::upstash;
  for (const config::Limit& limit : config.limits) {
    milliseconds lives = longest_state(limit.rule);
    for (const auto& [pattern, rule] : limit.overrides) lives = std::max(lives, longest_state(rule));
    redis::AuditedKeys keys{.start = limit.prefix + (upstash ? ":" : ":{"), .lives = lives};
    if (upstash) {
      keys.settings = {redis::upstash::dynamic_limit_key(limit.prefix), redis::upstash::deny_list_key(limit.prefix),
                       redis::upstash::ip_deny_list_key(limit.prefix),
                       redis::upstash::ip_deny_list_status_key(limit.prefix)};
    }
    all.push_back(std::move(keys));
  }
  return all;
}

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s");
}

int audit(const Arguments& arguments) {
  auto config = read_config(arguments.config);
  if (!config) return wrong_usage;
  const std::string url = arguments.url.value_or(config->store.url.value);
  if (!store::is_redis_url(url)) {
    std::cerr << "weir redis audit: " << (arguments.url ? "--url is no URL of Redis" : "the store is no Redis")
              << "; expected redis://HOST, redis+cluster://HOST,... or redis+sentinel://HOST,.../NAME\n";
    return wrong_usage;
  }
  const auto parsed = store::parse_store_url(url);
  if (!parsed) {
    std::cerr << "weir redis audit: " << parsed.error() << '\n';
    return wrong_usage;
  }
  const config::StoreTls& tls = config->store.tls;
  const redis::ClientOptions options{
      .url = *parsed, .tls = {.ca = tls.ca, .cert = tls.certificate, .key = tls.key, .server_name = tls.server_name}};
  const auto found = redis::audit(options, keys_of(*config), arguments.fix, [&](std::string_view key) {
    if (!arguments.json) {
      std::cout << config::printable(key) << '\n';
      return;
    }
    std::string line = R"({"key":)";
    api::append_json(line, key);
    std::cout << line << (arguments.fix ? R"(,"fixed":true})" : "}") << '\n';
  });
  if (!found) {
    std::cerr << "weir redis audit: " << store::shown(*parsed) << ": " << found.error() << '\n';
    return unreachable;
  }
  std::cout << std::flush;
  if (arguments.fix) {
    std::cerr << counted(found->keys, "key") << ", " << found->without_ttl << " without a TTL, " << found->fixed
              << " got one\n";
    return found->fixed == found->without_ttl ? ok : refused;
  }
  std::cerr << counted(found->keys, "key") << ", " << found->without_ttl << " without a TTL\n";
  return found->without_ttl == 0 ? ok : refused;
}

}  // namespace

Run declare_redis(Syntax arguments) {
  auto run = std::make_shared<Run>();
  arguments.footer("Example: weir redis audit -c weir.yaml --fix");
  Syntax audit_command = arguments.command("audit", "Print our keys that have no TTL; settings need none");
  const auto chosen = std::make_shared<Arguments>();
  audit_command.option("-c,--config", chosen->config, "The config file, whose limits' keys are looked at")
      .value_name("FILE")
      .shows_default();
  audit_command.option("--url", chosen->url, "Another Redis than the config's").value_name("URL");
  audit_command.flag("--fix", chosen->fix, "Give each of them a TTL");
  audit_command.flag("--json", chosen->json, "A line of JSON for each key");
  audit_command.footer(
      "Exit status: 0 none (with --fix: all have one now), 1 some, 3 Redis could not be reached.\n"
      "Example: weir redis audit -c weir.yaml --fix");
  audit_command.when_chosen([run, chosen] { *run = [chosen] { return audit(*chosen); }; });
  return [run] { return (*run)(); };
}

}  // namespace weir::cli
