#include "store/redis/cluster/cluster_nodes.hpp"

#include "store/url/host.hpp"

#include <algorithm>
#include <utility>

namespace weir::store::redis {

std::string last_error_of(const ClusterNode& node) {
  std::string error = node.client->health().last_error;
  return error.empty() ? shown(node.address) + " does not answer" : error;
}

std::shared_ptr<ClusterNode> ClusterNodes::find(const HostPort& address) const {
  const auto known = std::ranges::find(nodes_, address, [](const auto& node) { return node->address; });
  return known == nodes_.end() ? nullptr : *known;
}

std::shared_ptr<ClusterNode> ClusterNodes::at(const HostPort& address) {
  if (closed_) return nullptr;
  if (auto known = find(address)) {
    known->retired = false;
    return known;
  }
  if (nodes_.size() >= most) return nullptr;
  auto node = std::make_shared<ClusterNode>(ClusterNode{.address = address, .client = connect_(address)});
  const std::scoped_lock lock(mutex_);
  return nodes_.emplace_back(std::move(node));
}

bool ClusterNodes::is_well(const HostPort& address) const {
  const auto node = find(address);
  return node == nullptr || node->well;
}

void ClusterNodes::answered(ClusterNode& node, const Reply& reply) {
  --node.under_way;
  const bool full = !reply && reply.error() == Failure::full;  // of our own queue: says nothing of the node
  if (!full && reply.has_value() != node.well) {
    std::string error = last_error_of(node);
    const std::scoped_lock lock(mutex_);
    node.well = reply.has_value();
    unwell_ = static_cast<std::size_t>(std::ranges::count(nodes_, false, &ClusterNode::well));
    if (!node.well) last_error_ = std::move(error);
  }
  if (node.retired) {
    if (const auto known = find(node.address)) close_if_idle(known);
  }
}

void ClusterNodes::close_if_idle(const std::shared_ptr<ClusterNode>& node) {
  if (node->under_way > 0) return;
  {
    const std::scoped_lock lock(mutex_);
    retired_reconnects_ += node->client->health().reconnects;
    std::erase(nodes_, node);
    unwell_ = static_cast<std::size_t>(std::ranges::count(nodes_, false, &ClusterNode::well));
  }
  node->client->close();
}

void ClusterNodes::forgive() {
  const std::scoped_lock lock(mutex_);
  for (const auto& node : nodes_) node->well = true;
  unwell_ = 0;
}

void ClusterNodes::keep(const Topology& topology) {
  const auto nodes = nodes_;
  for (const auto& node : nodes) {
    node->retired = std::ranges::find(topology.shards(), node->address, &Shard::master) == topology.shards().end();
    if (node->retired) close_if_idle(node);
  }
}

void ClusterNodes::close() {
  closed_ = true;
  const auto nodes = nodes_;
  for (const auto& node : nodes) node->client->close();
}

void ClusterNodes::fault(std::string sentence) {
  const std::scoped_lock lock(mutex_);
  fault_ = std::move(sentence);
}

Health ClusterNodes::health() const {
  const std::scoped_lock lock(mutex_);
  Health health{.up = fault_.empty() && unwell_ == 0, .reconnects = retired_reconnects_};
  if (unwell_ > 0) health.last_error = last_error_;
  if (!fault_.empty()) health.last_error = fault_;
  for (const auto& node : nodes_) health.reconnects += node->client->health().reconnects;
  return health;
}

}  // namespace weir::store::redis
