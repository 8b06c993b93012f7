// sentinel_client.hpp: a Client of the master that Sentinels name (https://redis.io/docs/latest/develop/reference/
// sentinel-clients/): they are asked before each attempt to connect, and the server that they name is asked whether it
// is a master. A connection that is lost, or a server that says READONLY, begins anew with the question.
#pragma once

#include "store/redis/client/client.hpp"
#include "store/redis/link/link.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace weir::store::redis {

// `sentinels` are asked for `master`, each by the user and password of `options`, if it wants one.
[[nodiscard]] std::shared_ptr<Client> make_sentinel_client(boost::asio::any_io_executor executor, LinkOptions options,
                                                           const std::vector<HostPort>& sentinels, std::string master);

}  // namespace weir::store::redis
