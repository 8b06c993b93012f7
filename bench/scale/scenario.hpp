// scenario.hpp: what is simulated: who asks, how gateways ask Redis, what breaks.
#pragma once

#include "costs.hpp"
#include "events.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weir::scale {

enum class Lanes : std::uint8_t {
  slot,    // a Cluster: what one script call touches lies in one of 16384 slots
  server,  // single servers: any keys of one server
};

enum class Regions : std::uint8_t {
  home,   // one region's Redis decides for all
  split,  // each region's Redis decides by a part of the limit
  all,    // all are asked, the first answer decides, the others are put right
};

struct Spell {  // of something that is away
  Time from = 0;
  Time until = 0;
  [[nodiscard]] bool holds(Time now) const { return from <= now && now < until; }
};

// Between two machines, one way: never less than `least`, and a long tail on top.
struct Delay {
  Time least;
  Time median;  // of what is on top
  double sigma;
};

struct Scenario {
  std::string name;
  std::uint64_t seed = 1;

  double rate = 1e6;  // decisions a second, of all gateways
  std::uint32_t gateways = 100;
  double keys = 1e9;
  double skew = 1;
  std::uint32_t gateways_a_key = 0;  // that one key's calls come through; 0: all
  std::int64_t limit = 1000;         // of each key in each window
  Time window = second;
  Time length = 2 * second;
  Time warm_up = second;  // whole windows, not counted

  // As src/store/redis: redis_store.hpp has these numbers.
  Lanes lanes = Lanes::slot;
  std::size_t max_keys = 64;
  std::size_t max_costs = 1024;
  std::uint32_t max_lane_in_flight = 4;
  std::uint32_t max_in_flight = 512;
  Time timeout = 100 * milli;
  bool remember_refusals = true;  // the gateway's rejection cache
  bool leases = false;

  std::uint32_t shards = 0;  // of each region; 0: as many as one call a decision loads to `load`
  double load = 0.6;
  std::uint32_t regions = 1;
  Regions how = Regions::home;
  std::array<double, 3> region_share{1, 0, 0};  // of calls

  Spell shard_away{};                 // shard 0 of region 0
  Time replication_lag = 10 * milli;  // what its replica has not heard of yet when it takes over
  Spell region_away{};                // region 0, cut off from the others

  Delay near{.least = 80 * micro, .median = 40 * micro, .sigma = 0.8};
  Delay far{.least = 40 * milli, .median = 500 * micro, .sigma = 1};
  Costs costs;
};

}  // namespace weir::scale
