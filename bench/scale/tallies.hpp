// tallies.hpp: what is counted after the warm-up.
#pragma once

#include "calls.hpp"
#include "latencies.hpp"
#include "ledger.hpp"
#include "scenario.hpp"
#include "shards.hpp"
#include "simulation.hpp"

#include <algorithm>
#include <cstdint>

namespace weir::scale {

class Tallies {
 public:
  explicit Tallies(const Scenario& scenario)
      : scenario_(scenario), ledger_(scenario.limit, scenario.window, scenario.warm_up, scenario.length) {}

  // A batch that a server comes to now.
  void sent(const Batch& batch, bool hot, Time now, Shards& shards) {
    if (!counts(now)) return;
    const Costs& cost = scenario_.costs;
    const double keys = batch.keys;
    const double more = batch.costs - batch.keys;
    const double bytes = 2 * cost.segment + cost.call_bytes + cost.reply_bytes +
                         keys * (cost.key_bytes + cost.key_reply_bytes) + 3 * more;
    bytes_ += bytes;
    shards.all()[batch.server].bytes += bytes;
    ++script_calls_;
    costs_ += batch.costs;
    commands_ += 2 + 2 * keys;  // EVALSHA, TIME; GET and SET of each key
    if (hot) ++hot_calls_;
  }
  // A decision that was made `at`, and that the caller has `now`.
  void made(const Decision& decision, Time at, Time now, bool allowed, bool by_redis) {
    ledger_.note(decision.key, at, allowed);
    if (!counts(decision.began)) return;
    ++all_;
    if (!by_redis) ++unasked_;
    latencies_.note(now - decision.began);
  }

  [[nodiscard]] Outcome outcome(Shards& shards) {
    const double span = static_cast<double>(scenario_.length - scenario_.warm_up);
    const double seconds = span / second;
    Outcome outcome{};
    outcome.shards = scenario_.shards;
    double most_bytes = 0;
    for (const Shards::Shard& shard : shards.all()) {
      const double busy = static_cast<double>(shard.worked) / span;
      outcome.shards_needed += busy / scenario_.load;
      outcome.busiest = std::max(outcome.busiest, busy);
      most_bytes = std::max(most_bytes, shard.bytes);
    }
    const auto all = static_cast<double>(all_);
    outcome.decisions = all / seconds;
    outcome.script_calls = static_cast<double>(script_calls_) / seconds;
    outcome.commands = commands_ / seconds;
    outcome.costs_a_call = static_cast<double>(costs_) / std::max(1.0, static_cast<double>(script_calls_));
    outcome.unasked = static_cast<double>(unasked_) / all;
    outcome.p50 = latencies_.quantile(0.5);
    outcome.p99 = latencies_.quantile(0.99);
    outcome.gateway_bytes = bytes_ / seconds / scenario_.gateways;
    outcome.shard_bytes = most_bytes / seconds;
    outcome.hot_calls = static_cast<double>(hot_calls_) / seconds;
    outcome.errors = ledger_.errors();
    return outcome;
  }

 private:
  [[nodiscard]] bool counts(Time at) const { return scenario_.warm_up <= at && at < scenario_.length; }

  const Scenario& scenario_;
  Ledger ledger_;
  Latencies latencies_;
  double bytes_ = 0;
  double commands_ = 0;
  std::uint64_t all_ = 0;
  std::uint64_t unasked_ = 0;
  std::uint64_t script_calls_ = 0;
  std::uint64_t costs_ = 0;
  std::uint64_t hot_calls_ = 0;
};

}  // namespace weir::scale
