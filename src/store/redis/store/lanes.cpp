#include "store/redis/store/lanes.hpp"

#include "store/redis/store/store_core.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weir::store::redis {
namespace {

// Fewer keys are not worth a script call of their own, which costs Redis as much as two or three of them.
constexpr std::size_t least_share = 16;

}  // namespace

void Lanes::add(SingleCall call) {
  Name name{.space = call.space};
  if (core_.client().is_cluster()) {
    const Layout& layout = core_.layout();
    name.slot = slot_of(layout.tag(*call.space, call.key, call.now));
    name.window = layout.window(*call.space, call.now);
  }
  LanePtr& lane = lanes_[name];
  if (lane == nullptr) lane = std::make_shared<Lane>(Lane{.name = name});
  lane->waiting.push_back(std::move(call));
  make_ready(lane);
}

// The next batch's.
std::size_t Lanes::most_keys(const Lane& lane) const {
  const std::size_t half = (lane.waiting.size() + lane.calls_out + 1) / 2;
  return std::min(core_.options().max_keys, std::max(half, least_share));
}

bool Lanes::may_send(const Lane& lane) const {
  const StoreOptions& options = core_.options();
  if (lane.in_flight < options.max_lane_in_flight) return !lane.waiting.empty();
  return lane.in_flight < options.max_full_in_flight && lane.waiting.size() >= options.max_keys;
}

void Lanes::make_ready(const LanePtr& lane) {
  if (lane->ready || !may_send(*lane)) return;
  lane->ready = true;
  ready_.push({lane->waiting.front().deadline, lane});
}

std::optional<Deadline> Lanes::oldest() const {
  if (ready_.empty()) return std::nullopt;
  return ready_.top().deadline;
}

void Lanes::send_oldest() {
  const LanePtr lane = ready_.top().lane;
  ready_.pop();
  lane->ready = false;
  send_from(lane);
  make_ready(lane);
}

// The oldest wait in front, and all of them have the same time.
bool Lanes::drop_expired(Lane& lane) {
  const Deadline now = core_.options().now();
  const std::size_t before = lane.waiting.size();
  while (!lane.waiting.empty() && lane.waiting.front().deadline <= now) {
    SingleCall late = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    core_.watch().failed(StoreError::timeout, 1, now);
    core_.inbox().leave();
    late.done({.status = Status::timeout, .verdicts = {}});
  }
  return lane.waiting.size() != before;
}

void Lanes::send_from(const LanePtr& lane) {
  if (drop_expired(*lane)) return came_back(lane);  // what is left has to wait for its turn
  const BatchBounds bounds{.keys = most_keys(*lane), .costs = core_.options().max_costs};
  auto batch = std::make_unique<Batch>(lane->waiting, bounds);
  ++lane->in_flight;
  lane->calls_out += batch->size();
  ScriptCall script = core_.layout().each(batch->space(), batch->asks(), batch->now());
  const Deadline deadline = batch->deadline();
  const std::size_t calls = batch->size();
  core_.call(std::move(script), deadline, calls, [this, lane, batch = std::move(batch)](const StoreCore::Said& said) {
    --lane->in_flight;
    lane->calls_out -= batch->size();
    came_back(lane);
    core_.inbox().leave(batch->size());  // before they are answered, so that whoever is can ask again
    if (!said) return batch->answer(said.error());
    std::vector<Verdict> verdicts(batch->size());
    if (core_.layout().read_each(batch->space(), batch->asks(), batch->now(), said->get(), verdicts)) {
      // Counted first: who has an answer finds its error in the health.
      const auto undecided = std::ranges::count_if(verdicts, std::not_fn(decided));
      if (undecided != 0) core_.failed(StoreError::wrong_type, static_cast<std::size_t>(undecided));
      if (!core_.layout().keeps_requests()) return batch->answer(verdicts);
      return batch->answer(verdicts, core_.layout().known(batch->asks().size(), said->get()));
    }
    core_.failed(StoreError::protocol, batch->size());
    batch->answer(Status::down);
  });
}

// What waits in the lane is sent by the core, which lets in whoever waits when an answer has come.
void Lanes::came_back(const LanePtr& lane) {
  make_ready(lane);
  if (lane->waiting.empty() && lane->in_flight == 0) lanes_.erase(lane->name);
}

}  // namespace weir::store::redis
