// link_options.hpp: what the options of a client say about each of its connections.
#pragma once

#include "store/redis/client/client_options.hpp"
#include "store/redis/link/link.hpp"

#include <expected>
#include <string>

namespace weir::store::redis {

// To the URL's first host. The error says which file of TLS can't be used and why.
[[nodiscard]] std::expected<LinkOptions, std::string> link_options(const ClientOptions& options);

}  // namespace weir::store::redis
