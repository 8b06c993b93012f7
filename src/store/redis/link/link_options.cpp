#include "store/redis/link/link_options.hpp"

#include "store/redis/link/tls_context.hpp"

#include <utility>

namespace weir::store::redis {

std::expected<LinkOptions, std::string> link_options(const ClientOptions& options) {
  Destination to{.address = options.url.hosts.front(),
                 .user = options.url.user,
                 .password = options.url.password,
                 .database = options.url.database,
                 .server_name = options.tls.server_name};
  if (options.url.tls) {
    auto context = TlsContext::make(options.tls);
    if (!context) return std::unexpected(context.error());
    to.tls = std::move(*context);
  }
  return LinkOptions{.to = std::move(to),
                     .max_queued = options.max_queued,
                     .max_reply = options.max_reply,
                     .connect_timeout = options.connect_timeout,
                     .least_backoff = options.least_backoff,
                     .most_backoff = options.most_backoff};
}

}  // namespace weir::store::redis
