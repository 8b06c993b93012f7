// cluster_client.hpp: a Client of a Redis Cluster: finds the master of each slot, and follows when it changes.
//
// Read after topology (who serves what): cluster_nodes (the connections), cluster_refresh (asking for the topology),
// cluster_waiting (what can't go out now), and cluster_client, which sends each command where its slot is.
#pragma once

#include "store/redis/client/client_options.hpp"
#include "store/redis/cluster/cluster_nodes.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace weir::store::redis {

// The hosts of the URL are where it asks first who serves which slot; its user, password and TLS are for all nodes. A
// node's certificate must be for `tls.server_name`, or, when that is empty, for the host that the Cluster announces.
// `max_queued` counts over all nodes together. The error says which file of TLS can't be used and why.
[[nodiscard]] std::expected<std::shared_ptr<Client>, std::string> make_cluster_client(
    boost::asio::any_io_executor executor, ClientOptions options);

struct ClusterOptions {
  std::vector<HostPort> seeds;      // at least one
  std::size_t max_queued = 65'536;  // commands that wait or are under way
  std::chrono::milliseconds longest_refresh{1000};
};

// The same over connections of any making.
[[nodiscard]] std::shared_ptr<Client> make_cluster_client(boost::asio::any_io_executor executor, ClusterOptions options,
                                                          ConnectTo connect);

}  // namespace weir::store::redis
