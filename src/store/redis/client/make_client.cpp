#include "store/redis/client/client_options.hpp"
#include "store/redis/client/sentinel_client.hpp"
#include "store/redis/client/single_client.hpp"
#include "store/redis/cluster/cluster_client.hpp"
#include "store/redis/link/link_options.hpp"

#include <utility>

namespace weir::store::redis {

std::expected<std::shared_ptr<Client>, std::string> make_client(boost::asio::any_io_executor executor,
                                                                ClientOptions options) {
  if (options.url.kind == StoreUrl::Kind::cluster) {
    return make_cluster_client(std::move(executor), std::move(options));
  }
  auto link = link_options(options);
  if (!link) return std::unexpected(link.error());
  if (options.url.kind == StoreUrl::Kind::sentinel) {
    return make_sentinel_client(std::move(executor), std::move(*link), options.url.hosts, options.url.master);
  }
  return std::make_shared<SingleClient>(std::move(executor), std::move(*link));
}

}  // namespace weir::store::redis
