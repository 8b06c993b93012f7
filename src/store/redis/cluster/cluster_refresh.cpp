#include "store/redis/cluster/cluster_refresh.hpp"

#include "store/url/host.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir::store::redis {

ClusterRefresh::ClusterRefresh(const boost::asio::any_io_executor& executor, std::shared_ptr<ClusterNodes> nodes,
                               std::vector<HostPort> candidates, Deadline deadline, OnTopology done)
    : nodes_(std::move(nodes)),
      candidates_(std::move(candidates)),
      deadline_(deadline),
      done_(std::move(done)),
      timer_(executor) {
  if (candidates_.size() > most_asked) candidates_.resize(most_asked);
}

void ClusterRefresh::start(const boost::asio::any_io_executor& executor, std::shared_ptr<ClusterNodes> nodes,
                           std::vector<HostPort> candidates, Deadline deadline, OnTopology done) {
  const std::shared_ptr<ClusterRefresh> refresh(
      new ClusterRefresh(executor, std::move(nodes), std::move(candidates), deadline, std::move(done)));
  refresh->ask_next();
  if (refresh->waiting_for_ > 0) return;
  boost::asio::post(executor, [refresh] {
    refresh->finish(std::unexpected(Failed{.sentence = "no node of the Cluster can be asked who serves what"}));
  });
}

void ClusterRefresh::ask_next() {
  std::shared_ptr<ClusterNode> node;
  while (node == nullptr && next_ < candidates_.size()) node = nodes_->at(candidates_[next_++]);
  if (node == nullptr) return;
  ++waiting_for_;
  nodes_->sent(*node);
  node->client->send(command({"CLUSTER", "SLOTS"}), deadline_,
                     [self = shared_from_this(), node](const Reply& reply) { self->answered(*node, reply); });
  if (next_ == candidates_.size()) return;
  timer_.expires_after(patience);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
    if (!cancelled && self->done_) self->ask_next();
  });
}

void ClusterRefresh::answered(ClusterNode& node, const Reply& reply) {
  --waiting_for_;
  nodes_->answered(node, reply);
  if (!done_) return;
  if (nodes_->is_closed()) return finish(std::unexpected(std::move(failed_)));
  if (reply) {
    auto topology = read_slots(reply->get(), node.address);
    if (topology) return finish(*std::move(topology));
    failed_.sentence = shown(node.address) + ": " + topology.error();
  } else {
    failed_.sentence = last_error_of(node);
    failed_.silent = failed_.silent || reply.error() == Failure::timeout;
  }
  ask_next();
  if (waiting_for_ == 0) finish(std::unexpected(std::move(failed_)));
}

void ClusterRefresh::finish(std::expected<Topology, Failed> topology) {
  timer_.cancel();
  std::exchange(done_, nullptr)(std::move(topology));
}

std::vector<HostPort> whom_to_ask(const Topology& topology, const std::vector<HostPort>& seeds,
                                  const ClusterNodes& nodes, const HostPort* last, std::minstd_rand& random) {
  std::vector<HostPort> all;
  std::vector<HostPort> others = seeds;
  for (const Shard& shard : topology.shards()) {
    all.push_back(shard.master);
    others.insert(others.end(), shard.replicas.begin(), shard.replicas.end());
  }
  std::ranges::shuffle(all, random);
  std::ranges::shuffle(others, random);
  others.resize(std::min(others.size(), 2 * ClusterRefresh::most_asked));
  for (HostPort& other : others) {
    if (std::ranges::find(all, other) == all.end()) all.push_back(std::move(other));
  }
  const auto rank = [&](const HostPort& one) {
    if (last != nullptr && one == *last) return 2;
    return nodes.is_well(one) ? 0 : 1;
  };
  std::vector<HostPort> by_rank;
  for (const int wanted : {0, 1, 2}) {
    std::ranges::copy_if(all, std::back_inserter(by_rank), [&](const HostPort& one) { return rank(one) == wanted; });
  }
  return by_rank;
}

}  // namespace weir::store::redis
