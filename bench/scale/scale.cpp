// scale: what a million decisions a second take, simulated. See docs/scale.md.
//
//   scale [--only WORDS] [--seed N] [--rate N] [--gateways N] [--keys N] [--skew X] [--limit N] [--timeout MS]
//         [--call NS] [--key NS] [--cost NS]

#include "simulation.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace weir::scale;

constexpr Spell spell{.from = second + 300 * milli, .until = 3 * second + 300 * milli};
constexpr std::int64_t far_off = 1'000'000;  // a limit that no key reaches

// What is compared; each scenario starts from the same.
std::vector<Scenario> scenarios(const Scenario& common) {
  std::vector<Scenario> all;
  const auto add = [&](const char* name, const std::function<void(Scenario&)>& change) {
    Scenario scenario = common;
    scenario.name = name;
    change(scenario);
    all.push_back(scenario);
  };
  const auto three_regions = [](Scenario& scenario) {
    scenario.regions = 3;
    scenario.region_share = {0.5, 0.3, 0.2};
  };
  const auto no_merging = [](Scenario& scenario) { scenario.max_keys = scenario.max_costs = 1; };

  add("exact, a call each", no_merging);
  add("exact, merged", [](Scenario&) {});
  add("lease", [](Scenario& scenario) { scenario.leases = true; });

  add("no limit reached: exact, merged", [](Scenario& scenario) { scenario.limit = far_off; });
  add("no limit reached: lease", [](Scenario& scenario) {
    scenario.limit = far_off;
    scenario.leases = true;
  });
  const auto hot = [](Scenario& scenario) {
    scenario.limit = far_off;
    scenario.skew += 0.1;
  };
  add("hotter keys: exact, a call each", [&](Scenario& scenario) {
    no_merging(scenario);
    hot(scenario);
  });
  add("hotter keys: exact, merged", hot);
  add("hotter keys: lease", [&](Scenario& scenario) {
    hot(scenario);
    scenario.leases = true;
  });

  const auto few = [](Scenario& scenario) { scenario.shards = 10; };  // half of what a call a decision takes
  add("10 shards: exact, a call each", [&](Scenario& scenario) {
    few(scenario);
    no_merging(scenario);
  });
  add("10 shards of a Cluster: exact, merged", few);
  add("10 single servers: exact, merged", [&](Scenario& scenario) {
    few(scenario);
    scenario.lanes = Lanes::server;
  });

  const auto shard_dies = [](Scenario& scenario) {
    scenario.shard_away = spell;
    scenario.length = 4 * second;
  };
  add("a shard fails over", shard_dies);
  add("a shard fails over, 4 gateways a key", [&](Scenario& scenario) {
    shard_dies(scenario);
    scenario.gateways_a_key = 4;
  });

  add("3 regions: one decides", three_regions);
  add("3 regions: one decides, cut off", [&](Scenario& scenario) {
    three_regions(scenario);
    scenario.region_away = spell;
    scenario.length = 4 * second;
  });
  add("3 regions: a third each", [&](Scenario& scenario) {
    three_regions(scenario);
    scenario.how = Regions::split;
  });
  const auto all_regions = [&](Scenario& scenario) {
    three_regions(scenario);
    scenario.how = Regions::all;
  };
  add("3 regions: first answer", all_regions);
  add("3 regions: first answer, cut off", [&](Scenario& scenario) {
    all_regions(scenario);
    scenario.region_away = spell;
    scenario.length = 4 * second;
  });
  return all;
}

double percent(std::int64_t part, std::int64_t of) {
  return of == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(of);
}

void print(const Scenario& scenario, const Outcome& outcome, double took) {
  const Errors& errors = outcome.errors;
  std::printf(
      "| %s | %.1f | %.0f%% | %.0f k | %.0f k | %.2f | %.0f%% | %.2f / %.2f | %.1f | %.1f | %.1f | %.3f%% | %.1fx | "
      "%.3f%% | %.2f%% |\n",
      scenario.name.c_str(), outcome.shards_needed, 100 * outcome.busiest, outcome.script_calls / 1e3,
      outcome.commands / 1e3, outcome.costs_a_call, 100 * outcome.unasked, outcome.p50 / 1e3, outcome.p99 / 1e3,
      outcome.gateway_bytes / 1e6, outcome.shard_bytes / 1e6, outcome.hot_calls / 1e3,
      percent(errors.over, errors.exact), errors.worst, percent(errors.under, errors.exact),
      percent(errors.under_busy, errors.exact_busy));
  std::fflush(stdout);
  std::fprintf(stderr, "%s: %.1f s\n", scenario.name.c_str(), took);
}

}  // namespace

int main(int count, char** arguments) {
  Scenario common;
  std::string only;
  const std::map<std::string_view, std::function<void(const char*)>> options{
      {"--seed", [&](const char* text) { common.seed = std::strtoull(text, nullptr, 10); }},
      {"--rate", [&](const char* text) { common.rate = std::atof(text); }},
      {"--gateways", [&](const char* text) { common.gateways = static_cast<std::uint32_t>(std::atoi(text)); }},
      {"--keys", [&](const char* text) { common.keys = std::atof(text); }},
      {"--skew", [&](const char* text) { common.skew = std::atof(text); }},
      {"--limit", [&](const char* text) { common.limit = std::atoll(text); }},
      {"--timeout", [&](const char* text) { common.timeout = std::atoll(text) * milli; }},
      {"--call", [&](const char* text) { common.costs.call = std::atof(text); }},
      {"--key", [&](const char* text) { common.costs.key = std::atof(text); }},
      {"--cost", [&](const char* text) { common.costs.cost = std::atof(text); }},
      {"--only", [&](const char* text) { only = text; }},
  };
  for (int at = 1; at + 1 < count + 1; at += 2) {
    const auto option = options.find(arguments[at]);
    if (option == options.end() || at + 1 == count) {
      std::fprintf(stderr, "scale: what is '%s'?\n", arguments[at]);
      return 2;
    }
    option->second(arguments[at + 1]);
  }
  const bool fits = common.gateways >= 3 && common.gateways <= 1000 && common.rate >= 1 && common.keys >= 2 &&
                    common.keys <= 1e15 && common.skew > 0 && common.limit > 0 && common.timeout > 0;
  if (!fits) {
    std::fprintf(
        stderr,
        "scale: 3 to 1000 gateways, at least 1 a second, 2 to 1e15 keys, a skew, a limit and a timeout above 0\n");
    return 2;
  }

  std::printf("seed %llu, %.0f decisions/s, %u gateways, %.0f keys, skew %.2f, limit %lld in %.0f s\n\n",
              static_cast<unsigned long long>(common.seed), common.rate, common.gateways, common.keys, common.skew,
              static_cast<long long>(common.limit), static_cast<double>(common.window) / second);
  std::printf(
      "| Mode | Shards at 60%% | Busiest | Calls/s | Commands/s | Decisions a call | No Redis asked | p50 / p99 ms | "
      "MB/s a gateway | MB/s busiest shard | k calls/s, hottest key | Over | Most, one key | Under | Under, busy keys "
      "|\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const Scenario& scenario : scenarios(common)) {
    if (scenario.name.find(only) == std::string::npos) continue;
    const auto began = std::chrono::steady_clock::now();
    const Outcome outcome = simulate(scenario);
    print(scenario, outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  }
}
