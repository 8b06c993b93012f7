// simulation.hpp: gateways, network and shards in virtual time; fixed windows. What follows src/ and what is simpler
// than there is said in docs/scale.md.
//
//   events, random, zipf   time, chance, keys
//   wire                   delays; which messages are lost
//   queues                 what waits in a gateway, and what travels together
//   shards                 the servers: one queue and one processor each, and their counters
//   leases                 what a gateway has fetched ahead
//   places                 which server a key has, and which gateway
//   simulation             the walk of a decision through all of them
//   ledger, tallies        what came of it
#pragma once

#include "ledger.hpp"
#include "scenario.hpp"

#include <cstdint>

namespace weir::scale {

struct Outcome {
  std::uint32_t shards;  // of each region
  double shards_needed;  // of all regions, at the scenario's load
  double busiest;        // the part of its time that the busiest shard works
  double decisions;      // a second; so is all that follows
  double script_calls;
  double commands;      // in scripts and around them
  double costs_a_call;  // that travel together
  double unasked;       // the part of decisions that no Redis was asked for
  double p50;           // us
  double p99;
  double gateway_bytes;  // of the mean gateway, both ways
  double shard_bytes;    // of the busiest shard
  double hot_calls;      // script calls for key 1
  Errors errors;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

[[nodiscard]] Outcome simulate(Scenario scenario);

}  // namespace weir::scale
