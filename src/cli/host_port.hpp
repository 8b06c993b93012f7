// host_port.hpp: `127.0.0.1:9090`, `[::1]:9090`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::cli {

inline std::string host_and_port(std::string_view host, std::uint16_t port) {
  const bool ipv6 = host.find(':') != std::string_view::npos;
  return (ipv6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::to_string(port);
}

}  // namespace weir::cli
