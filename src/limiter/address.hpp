// address.hpp: IP addresses and networks from text. Strict: four decimal parts without leading zeros, RFC 4291 groups,
// no zone ids, nothing before or after. IPv4 in IPv6 (::ffff:1.2.3.4) is IPv4.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::limiter {

struct Address {
  std::uint64_t high = 0;  // IPv6: the first 64 bits
  std::uint64_t low = 0;   // IPv6: the last 64 bits; IPv4: the address in the low 32
  bool ipv4 = false;

  [[nodiscard]] int bits() const { return ipv4 ? 32 : 128; }
  friend bool operator==(const Address&, const Address&) = default;
};

struct Network {
  Address address;  // bits beyond the prefix are zero
  int prefix = 0;   // 0 to address.bits()

  friend bool operator==(const Network&, const Network&) = default;
};

[[nodiscard]] std::optional<Address> parse_address(std::string_view text) noexcept;
// ADDRESS or ADDRESS/PREFIX; bits beyond the prefix are dropped.
[[nodiscard]] std::optional<Network> parse_network(std::string_view text) noexcept;

// The network of this length that holds the address.
[[nodiscard]] Network network_of(const Address& address, int prefix) noexcept;
[[nodiscard]] bool contains(const Network& network, const Address& address) noexcept;

// Dotted IPv4, or IPv6 as RFC 5952 wants it. Allocates only when `out` has to grow.
void append(std::string& out, const Address& address);
void append(std::string& out, const Network& network);  // ADDRESS/PREFIX
[[nodiscard]] std::string to_string(const Address& address);
[[nodiscard]] std::string to_string(const Network& network);

}  // namespace weir::limiter
