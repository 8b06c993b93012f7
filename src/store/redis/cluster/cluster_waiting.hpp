// cluster_waiting.hpp: commands that can't go out now: nobody is known who serves their slot, or they were refused for
// a moment.
#pragma once

#include "store/redis/client/client.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace weir::store::redis {

struct ClusterRequest {
  Command command;
  Deadline deadline;
  OnReply done;
  unsigned redirected = 0;  // times that it was sent elsewhere: MOVED, ASK
  unsigned waited = 0;      // times that it waited for the topology
  unsigned again = 0;       // times that it was to try again: TRYAGAIN
};

class ClusterWaiting {
 public:
  using Request = std::unique_ptr<ClusterRequest>;

  // Until the topology is read anew, or its deadline.
  void for_topology(Request request) { for_topology_.push_back(std::move(request)); }
  // Until a time before its deadline.
  void for_time(Request request, Deadline until) { for_time_.emplace_back(until, std::move(request)); }

  [[nodiscard]] bool any_for_topology() const { return !for_topology_.empty(); }
  // The deadline of the most patient one; empty when none waits. O(waiting).
  [[nodiscard]] std::optional<Deadline> last_for_topology() const {
    if (for_topology_.empty()) return std::nullopt;
    return (*std::ranges::max_element(for_topology_, {}, [](const auto& one) { return one->deadline; }))->deadline;
  }
  [[nodiscard]] bool empty() const { return for_topology_.empty() && for_time_.empty(); }

  std::vector<Request> take_for_topology() { return std::exchange(for_topology_, {}); }

  // Whose time has come, or whose deadline has passed. O(waiting).
  std::vector<Request> take_due(Deadline now) {
    std::vector<Request> due;
    const auto late = std::ranges::partition(for_topology_, [&](const auto& one) { return one->deadline > now; });
    std::ranges::move(late, std::back_inserter(due));
    for_topology_.erase(late.begin(), late.end());
    const auto ripe = std::ranges::partition(for_time_, [&](const auto& one) { return one.first > now; });
    for (auto& one : ripe) due.push_back(std::move(one.second));
    for_time_.erase(ripe.begin(), ripe.end());
    return due;
  }

  // When take_due() has something to take. O(waiting).
  [[nodiscard]] std::optional<Deadline> next_due() const {
    std::optional<Deadline> next;
    const auto sooner = [&](Deadline time) { next = next ? std::min(*next, time) : time; };
    for (const auto& request : for_topology_) sooner(request->deadline);
    for (const auto& [until, request] : for_time_) sooner(until);
    return next;
  }

 private:
  std::vector<Request> for_topology_;
  std::vector<std::pair<Deadline, Request>> for_time_;
};

}  // namespace weir::store::redis
