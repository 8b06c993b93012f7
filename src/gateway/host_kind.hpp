// host_kind.hpp: is a URL's host a name to look up, or an address?
#pragma once

#include <string>

namespace weir::gateway {

enum class HostKind { name, ipv4, ipv6 };

[[nodiscard]] HostKind host_kind(const std::string& host);  // an IPv6 address stands without its brackets

}  // namespace weir::gateway
