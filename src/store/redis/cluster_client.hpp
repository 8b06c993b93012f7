// cluster_client.hpp: a Client of a Redis Cluster: finds the master of each slot, and follows when it changes.
#pragma once

#include "store/redis/client_options.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <expected>
#include <memory>
#include <string>

namespace weir::store::redis {

// The hosts of the URL are where it asks first who serves which slot; its user, password and TLS are for all nodes. A
// node's certificate must be for `tls.server_name`, or, when that is empty, for the host that the Cluster announces.
// `max_queued` counts over all nodes together. The error says which file of TLS can't be used and why.
[[nodiscard]] std::expected<std::shared_ptr<Client>, std::string> make_cluster_client(
    boost::asio::any_io_executor executor, ClientOptions options);

}  // namespace weir::store::redis
