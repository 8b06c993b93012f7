// cluster_nodes.hpp: the connections of a Cluster's client, one a node, made when they are first needed.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/cluster/topology.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weir::store::redis {

// Makes a Client of one server, on the executor of the Cluster's client. What that says of its health names the server.
using ConnectTo = std::function<std::shared_ptr<Client>(const HostPort&)>;

struct ClusterNode {
  HostPort address;
  std::shared_ptr<Client> client;
  std::size_t under_way = 0;
  bool well = true;      // it answered when it was last asked
  bool retired = false;  // no master any more: closed as soon as nothing is under way
};

// Each function but health() on the one executor.
class ClusterNodes {
 public:
  explicit ClusterNodes(ConnectTo connect) : connect_(std::move(connect)) {}

  static constexpr std::size_t most = Topology::most_shards + 64;  // a node that lies can't make us connect everywhere

  // Null when there are too many, and after close().
  std::shared_ptr<ClusterNode> at(const HostPort& address);
  // So far as is known: a node that was never asked is.
  [[nodiscard]] bool is_well(const HostPort& address) const;

  // What is under way, told before the command goes out and when its answer is there.
  void sent(ClusterNode& node) { ++node.under_way; }
  void answered(ClusterNode& node, const Reply& reply);

  // After none had answered: that says nothing of any of them any more.
  void forgive();

  // Only the masters of this topology are kept.
  void keep(const Topology& topology);
  void close();
  [[nodiscard]] bool is_closed() const { return closed_; }

  // Why no node could say where the slots are; empty: one did.
  void fault(std::string sentence);
  [[nodiscard]] Health health() const;  // from any thread

 private:
  void close_if_idle(const std::shared_ptr<ClusterNode>& node);
  [[nodiscard]] std::shared_ptr<ClusterNode> find(const HostPort& address) const;

  ConnectTo connect_;
  mutable std::mutex mutex_;  // of what health() reads; only the executor writes, so it alone may read without
  std::vector<std::shared_ptr<ClusterNode>> nodes_;
  std::size_t unwell_ = 0;
  std::string fault_;
  std::string last_error_;
  std::uint64_t retired_reconnects_ = 0;
  bool closed_ = false;
};

// A sentence that names the node.
[[nodiscard]] std::string last_error_of(const ClusterNode& node);

}  // namespace weir::store::redis
