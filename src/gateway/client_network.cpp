#include "gateway/client_network.hpp"

#include "limiter/address.hpp"

namespace weir::gateway {

std::string_view host_part(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const auto colon = address.find(':');
  const bool port_follows = colon != std::string_view::npos && address.find(':', colon + 1) == std::string_view::npos;
  return port_follows ? address.substr(0, colon) : address;
}

void append_client_network(std::string& out, std::string_view address, int ipv4_bits, int ipv6_bits) {
  const auto parsed = limiter::parse_address(host_part(address));
  if (!parsed) return;
  limiter::append(out, limiter::network_of(*parsed, parsed->ipv4 ? ipv4_bits : ipv6_bits).address);
}

}  // namespace weir::gateway
