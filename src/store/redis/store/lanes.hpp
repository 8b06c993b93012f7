// lanes.hpp: the batches under way, a lane for each space (in a Cluster for each slot and window of it).
//
// A call goes out when the executor comes to it, so that at low load it takes one round trip. Only while a lane has
// `max_lane_in_flight` batches out, calls wait in it and leave together when an answer is in: batches grow by
// themselves as far as Redis falls behind. Those that can't grow any more go out at once, up to `max_full_in_flight`,
// and none takes more than half of what is out and waits: with one large batch at a time Redis and we would work in
// turns, each waiting for the other.
#pragma once

#include "store/redis/resp/command.hpp"
#include "store/redis/store/batch.hpp"
#include "store/redis/store/single_call.hpp"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>

namespace weir::store::redis {

class StoreCore;

class Lanes {
 public:
  explicit Lanes(StoreCore& core) : core_(core) {}

  void add(SingleCall call);
  // Of the oldest call that may go; none when nothing waits or all lanes are full.
  [[nodiscard]] std::optional<Deadline> oldest() const;
  // Sends a batch from the lane of that call. The core must have room.
  void send_oldest();

 private:
  struct Name {
    const RedisSpace* space;
    Slot slot = 0;            // in a Cluster
    std::int64_t window = 0;  // likewise
    friend bool operator==(const Name&, const Name&) = default;
    friend std::size_t hash_value(const Name& name) {
      std::size_t hash = 0;
      boost::hash_combine(hash, name.space);
      boost::hash_combine(hash, name.slot);
      boost::hash_combine(hash, name.window);
      return hash;
    }
  };
  struct Lane {
    Name name;
    std::deque<SingleCall> waiting{};
    std::size_t in_flight = 0;  // batches
    std::size_t calls_out = 0;  // in them
    bool ready = false;         // is among ready_
  };
  using LanePtr = std::shared_ptr<Lane>;
  // By the deadline of its first call, the earliest on top.
  struct Ready {
    Deadline deadline;
    LanePtr lane;
    friend bool operator<(const Ready& one, const Ready& other) { return one.deadline > other.deadline; }
  };

  [[nodiscard]] std::size_t most_keys(const Lane& lane) const;
  [[nodiscard]] bool may_send(const Lane& lane) const;
  void make_ready(const LanePtr& lane);
  void send_from(const LanePtr& lane);
  [[nodiscard]] bool drop_expired(Lane& lane);
  void came_back(const LanePtr& lane);

  StoreCore& core_;
  boost::unordered_flat_map<Name, LanePtr> lanes_;  // that have calls, here or out
  std::priority_queue<Ready> ready_;                // that have calls and may send
};

}  // namespace weir::store::redis
