// shards.hpp: the servers. Each has one processor and one queue, and answers in the order in which it was asked.
#pragma once

#include "calls.hpp"
#include "events.hpp"
#include "leases.hpp"
#include "scenario.hpp"
#include "table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir::scale {

class Shards {
 public:
  explicit Shards(const Scenario& scenario)
      : scenario_(scenario), all_(std::size_t{scenario.regions} * scenario.shards) {}

  struct Shard {
    Time free_at = 0;
    Time worked = 0;  // since the warm-up; so is what follows
    double bytes = 0;
  };
  [[nodiscard]] std::vector<Shard>& all() { return all_; }

  // When it comes to a call that arrives now.
  [[nodiscard]] Time begins(std::uint32_t server, Time now) const { return std::max(now, all_[server].free_at); }
  // When it has done one that began then.
  Time done(std::uint32_t server, Time begun, std::uint32_t keys, std::uint32_t new_keys, std::uint32_t costs) {
    const Costs& cost = scenario_.costs;
    const auto takes = static_cast<Time>(cost.call + cost.key * keys + cost.new_key * new_keys +
                                         cost.cost * (costs - std::min(costs, keys)));
    Shard& shard = all_[server];
    shard.free_at = begun + takes;
    if (begun >= scenario_.warm_up && begun < scenario_.length) shard.worked += takes;
    return shard.free_at;
  }

  // Nothing lies under the key: a window's counter lives a second longer than the window.
  bool is_new(std::uint32_t region, std::uint64_t key, Time at) {
    const Counter* counter = counters_.find(key * 4 + region);
    return counter == nullptr || at >= (counter->window + 1) * scenario_.window + second;
  }
  // What the script of a call does.
  void decide(Call& call, std::uint32_t server, Time now, std::int64_t limit) {
    call.decided_at = now;
    std::int64_t units = 0;
    if (call.kind == Kind::charge) units = 1;
    if (call.kind == Kind::refund) units = -1;
    if (call.kind == Kind::ask || call.kind == Kind::lease) {
      const std::int64_t left = limit - counter(call.region, call.key, now).used;
      call.allowed = call.decision != none && left >= 1;
      units = call.allowed ? 1 : 0;
      if (call.kind == Kind::lease) call.granted = lease_grant(call.want, left - units, scenario_.gateways);
      units += call.granted;
    }
    if (units != 0) charge(call.region, server, call.key, now, units);
  }

  void charge(std::uint32_t region, std::uint32_t server, std::uint64_t key, Time at, std::int64_t units) {
    std::int64_t& used = counter(region, key, at).used;
    used = std::max<std::int64_t>(0, used + units);
    const Spell& away = scenario_.shard_away;
    if (server == 0 && away.from - scenario_.replication_lag <= at && at < away.from) unheard_.emplace_back(key, units);
  }
  // The replica takes over from shard 0, and knows nothing of the master's last milliseconds.
  void fail_over(Time now) {
    for (const auto& [key, units] : unheard_) counter(0, key, now).used -= units;
    unheard_.clear();
  }

 private:
  struct Counter {
    std::int64_t window = -1;
    std::int64_t used = 0;
  };
  Counter& counter(std::uint32_t region, std::uint64_t key, Time at) {
    Counter& counter = counters_[key * 4 + region];
    const Time window = at / scenario_.window;
    if (counter.window < window) counter = {.window = window};
    return counter;
  }

  const Scenario& scenario_;
  std::vector<Shard> all_;
  Table<Counter> counters_;
  std::vector<std::pair<std::uint64_t, std::int64_t>> unheard_;
};

}  // namespace weir::scale
