// client_network.hpp: the client's address as a key: the network that counts as one client.
#pragma once

#include <string>
#include <string_view>

namespace weir::gateway {

// ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT without port and brackets.
[[nodiscard]] std::string_view host_part(std::string_view address);

// `address` is ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. Appends the first address of its network of that many bits (so
// that patterns for addresses and networks match it); IPv4 in IPv6 is IPv4. Appends nothing when `address` is none.
void append_client_network(std::string& out, std::string_view address, int ipv4_bits, int ipv6_bits);

}  // namespace weir::gateway
