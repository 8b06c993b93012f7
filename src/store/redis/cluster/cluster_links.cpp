// cluster_links.cpp: a Cluster's client over real connections: one a node, all with the URL's user and TLS.
#include "store/redis/client/single_client.hpp"
#include "store/redis/cluster/cluster_client.hpp"
#include "store/redis/link/link_options.hpp"

#include <utility>

namespace weir::store::redis {

std::expected<std::shared_ptr<Client>, std::string> make_cluster_client(boost::asio::any_io_executor executor,
                                                                        ClientOptions options) {
  auto link = link_options(options);
  if (!link) return std::unexpected(std::move(link.error()));
  ConnectTo connect = [executor, link = *std::move(link)](const HostPort& address) {
    LinkOptions to_node = link;
    to_node.to.address = address;
    return std::make_shared<SingleClient>(executor, std::move(to_node));
  };
  return make_cluster_client(std::move(executor),
                             {.seeds = std::move(options.url.hosts),
                              .max_queued = options.max_queued,
                              .longest_refresh = options.connect_timeout},
                             std::move(connect));
}

}  // namespace weir::store::redis
