// wire.hpp: the network: how long messages are under way, and which never come. Messages between the same two arrive in
// the order they left, as TCP has it.
#pragma once

#include "random.hpp"
#include "scenario.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::scale {

class Wire {
 public:
  Wire(const Scenario& scenario, std::uint32_t servers)
      : scenario_(scenario), servers_(servers), last_(std::size_t{2} * scenario.gateways * servers) {}

  struct Ends {
    std::uint32_t gateway;
    std::uint32_t gateway_region;
    std::uint32_t server;
    std::uint32_t server_region;
  };

  Time arrival(const Ends& ends, bool answer, Time sent, Random& random) {
    const Delay& delay = ends.gateway_region == ends.server_region ? scenario_.near : scenario_.far;
    const auto more = static_cast<Time>(random.log_normal(static_cast<double>(delay.median), delay.sigma));
    Time& last = last_[(std::size_t{ends.gateway} * servers_ + ends.server) * 2 + (answer ? 1 : 0)];
    return last = std::max(last, sent + delay.least + more);
  }
  [[nodiscard]] bool cut(const Ends& ends, Time now) const {
    if (ends.gateway_region == ends.server_region) return false;
    return (ends.gateway_region == 0 || ends.server_region == 0) && scenario_.region_away.holds(now);
  }

 private:
  const Scenario& scenario_;
  std::uint32_t servers_;
  std::vector<Time> last_;
};

}  // namespace weir::scale
