#include "gateway/host_kind.hpp"

#include <arpa/inet.h>

#include <array>

namespace weir::gateway {

HostKind host_kind(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return HostKind::ipv4;
  return inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1 ? HostKind::ipv6 : HostKind::name;
}

}  // namespace weir::gateway
