// queues.hpp: as src/store/redis/store/lanes.hpp: a call goes out at once unless its lane, or the store, has enough out
// already; then it waits, and what waits in a lane leaves together when an answer is in. A gateway has a store for each
// region.
#pragma once

#include "calls.hpp"
#include "scenario.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace weir::scale {

class Queues {
 public:
  Queues(const Scenario& scenario, std::size_t lanes)
      : scenario_(scenario), lanes_(lanes), stores_(std::size_t{scenario.gateways} * scenario.regions) {}

  // Calls that wait are linked by their `next`.
  template <class Calls>
  void add(Index lane, Index store, Index call, Calls& calls) {
    Lane& in = lanes_[lane];
    calls[call].next = none;
    if (in.first == none) {
      in.first = call;
    } else {
      calls[in.last].next = call;
    }
    in.last = call;
    make_ready(lane, store);
  }
  // A lane of that store which may send now.
  std::optional<Index> ready(Index store) {
    Store& of = stores_[store];
    if (of.in_flight >= scenario_.max_in_flight || of.ready.empty()) return std::nullopt;
    const Index lane = of.ready.front();
    of.ready.pop_front();
    lanes_[lane].ready = false;
    return lane;
  }

  // The call in front of a lane, taken out if it has waited too long; then so may the next have.
  template <class Calls, class Late>
  Index drop_late(Index lane, Calls& calls, const Late& late) {
    Lane& in = lanes_[lane];
    const Index call = in.first;
    if (call == none || !late(call)) return none;
    in.first = calls[call].next;
    return call;
  }

  struct Taken {
    Index first;
    std::uint32_t costs;
    std::uint32_t keys;
  };
  [[nodiscard]] bool is_empty(Index lane) const { return lanes_[lane].first == none; }
  // What leaves together: of a lane that is not empty.
  template <class Calls, class Key>
  Taken take(Index lane, Index store, Calls& calls, const Key& key_of) {
    Lane& in = lanes_[lane];
    Taken taken{.first = in.first, .costs = 0, .keys = 0};
    keys_.clear();
    Index last = none;
    while (in.first != none && taken.costs < scenario_.max_costs) {
      const std::uint64_t key = key_of(in.first);
      if (std::ranges::find(keys_, key) == keys_.end()) {
        if (keys_.size() == scenario_.max_keys) break;
        keys_.push_back(key);
      }
      ++taken.costs;
      last = in.first;
      in.first = calls[last].next;
    }
    calls[last].next = none;
    taken.keys = static_cast<std::uint32_t>(keys_.size());
    ++in.in_flight;
    ++stores_[store].in_flight;
    make_ready(lane, store);
    return taken;
  }
  void came_back(Index lane, Index store) {
    --lanes_[lane].in_flight;
    --stores_[store].in_flight;
    make_ready(lane, store);
  }

 private:
  struct Lane {
    Index first = none;
    Index last = none;
    std::uint16_t in_flight = 0;
    bool ready = false;
  };
  struct Store {
    std::uint32_t in_flight = 0;
    std::deque<Index> ready{};
  };
  void make_ready(Index lane, Index store) {
    Lane& in = lanes_[lane];
    if (in.ready || in.first == none || in.in_flight >= scenario_.max_lane_in_flight) return;
    in.ready = true;
    stores_[store].ready.push_back(lane);
  }

  const Scenario& scenario_;
  std::vector<Lane> lanes_;
  std::vector<Store> stores_;
  std::vector<std::uint64_t> keys_;
};

}  // namespace weir::scale
