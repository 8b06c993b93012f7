// cluster_refresh.hpp: asks nodes of a Cluster who serves which slot, until one answers.
//
// They are asked one after the other, the next one when the last one failed or has kept silent for a moment, so that a
// node which hangs costs that moment and no more. The first good answer counts.
#pragma once

#include "store/redis/cluster/cluster_nodes.hpp"
#include "store/redis/cluster/topology.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace weir::store::redis {

class ClusterRefresh : public std::enable_shared_from_this<ClusterRefresh> {
 public:
  static constexpr std::chrono::milliseconds patience{50};  // with a node, before another one is asked, too
  static constexpr std::size_t most_asked = 32;             // nodes, in one refresh

  // The error says what the last node to fail said. `silent` when some did not answer at all in time.
  struct Failed {
    std::string sentence;
    bool silent = false;
  };
  using OnTopology = std::move_only_function<void(std::expected<Topology, Failed>)>;

  // `done` is called exactly once, not inside start(), and by the deadline. At least one candidate.
  static void start(const boost::asio::any_io_executor& executor, std::shared_ptr<ClusterNodes> nodes,
                    std::vector<HostPort> candidates, Deadline deadline, OnTopology done);

 private:
  ClusterRefresh(const boost::asio::any_io_executor& executor, std::shared_ptr<ClusterNodes> nodes,
                 std::vector<HostPort> candidates, Deadline deadline, OnTopology done);

  void ask_next();
  void answered(ClusterNode& node, const Reply& reply);
  void finish(std::expected<Topology, Failed> topology);

  std::shared_ptr<ClusterNodes> nodes_;
  std::vector<HostPort> candidates_;
  Deadline deadline_;
  OnTopology done_;  // empty once it was called
  boost::asio::steady_timer timer_;
  std::size_t next_ = 0;
  std::size_t waiting_for_ = 0;
  Failed failed_;
};

// Masters that are well, then seeds and replicas, then who is not well; in an order of chance, each once. `last` is the
// one who is asked last: it has just shown that it does not know. May be null.
[[nodiscard]] std::vector<HostPort> whom_to_ask(const Topology& topology, const std::vector<HostPort>& seeds,
                                                const ClusterNodes& nodes, const HostPort* last,
                                                std::minstd_rand& random);

}  // namespace weir::store::redis
