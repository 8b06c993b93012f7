// places.hpp: which slot, shard, server and lane a key has, and through which gateway it comes.
#pragma once

#include "calls.hpp"
#include "random.hpp"
#include "scenario.hpp"
#include "wire.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace weir::scale {

// How many a region needs, for one call a decision.
inline std::uint32_t shards_for(const Scenario& scenario) {
  const Costs& cost = scenario.costs;
  const double part = scenario.how == Regions::split ? *std::ranges::max_element(scenario.region_share) : 1;
  const double busy = part * scenario.rate * (cost.call + cost.key + cost.new_key) / second;
  return static_cast<std::uint32_t>(std::max(1.0, std::ceil(busy / scenario.load)));
}

class Places {
 public:
  explicit Places(const Scenario& scenario) : scenario_(scenario) {}

  [[nodiscard]] std::uint32_t servers() const { return scenario_.regions * scenario_.shards; }
  [[nodiscard]] std::size_t lanes() const {
    return std::size_t{scenario_.gateways} * scenario_.regions * lanes_a_store();
  }
  [[nodiscard]] std::uint32_t region_of(std::uint32_t gateway) const { return gateway % scenario_.regions; }
  [[nodiscard]] static std::uint64_t pair_of(std::uint64_t key, std::uint32_t gateway) { return key * 1024 + gateway; }
  [[nodiscard]] std::uint32_t shard_of(std::uint64_t key) const {
    return static_cast<std::uint32_t>(std::uint64_t{slot_of(key)} * scenario_.shards / slots);
  }
  [[nodiscard]] static std::uint32_t slot_of(std::uint64_t key) {
    return static_cast<std::uint32_t>(mixed(key) % slots);
  }
  [[nodiscard]] std::uint32_t server_of(std::uint32_t region, std::uint64_t key) const {
    return region * scenario_.shards + shard_of(key);
  }
  [[nodiscard]] Index store_of(std::uint32_t gateway, std::uint32_t region) const {
    return gateway * scenario_.regions + region;
  }
  [[nodiscard]] Index lane_of(const Call& call) const {
    const std::uint32_t lane = scenario_.lanes == Lanes::slot ? slot_of(call.key) : shard_of(call.key);
    return store_of(call.gateway, call.region) * lanes_a_store() + lane;
  }
  [[nodiscard]] Wire::Ends ends_of(const Batch& batch) const {
    return {batch.gateway, region_of(batch.gateway), batch.server, batch.server / scenario_.shards};
  }
  [[nodiscard]] std::uint32_t asked_by(std::uint32_t gateway) const {
    return scenario_.how == Regions::home ? 0 : region_of(gateway);
  }
  std::uint32_t gateway_for(std::uint64_t key, Random& random) const {
    if (scenario_.gateways_a_key != 0) {
      return static_cast<std::uint32_t>(
          mixed(pair_of(key, static_cast<std::uint32_t>(random.below(scenario_.gateways_a_key)))) % scenario_.gateways);
    }
    std::uint32_t region = 0;
    if (scenario_.regions > 1) {
      for (double at = random.unit(); region + 1 < scenario_.regions && at > scenario_.region_share[region]; ++region) {
        at -= scenario_.region_share[region];
      }
    }
    const std::uint32_t there = (scenario_.gateways - region - 1) / scenario_.regions + 1;
    return static_cast<std::uint32_t>(random.below(there)) * scenario_.regions + region;
  }

  // Of one region's counters.
  [[nodiscard]] std::int64_t limit() const {
    return scenario_.how == Regions::split ? scenario_.limit / scenario_.regions : scenario_.limit;
  }
  [[nodiscard]] Time window_end(Time at) const { return (at / scenario_.window + 1) * scenario_.window; }

 private:
  static constexpr std::uint32_t slots = 16'384;
  [[nodiscard]] std::uint32_t lanes_a_store() const {
    return scenario_.lanes == Lanes::slot ? slots : scenario_.shards;
  }

  const Scenario& scenario_;
};

}  // namespace weir::scale
