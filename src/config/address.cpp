#include "config/address.hpp"

#include "config/number.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <string>

namespace weir::config {

std::optional<IpFamily> ip_family(std::string_view text) {
  if (text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  const std::string copy(text);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  if (copy.size() != text.size() || copy.find('\0') != std::string::npos) return std::nullopt;
  if (inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) return IpFamily::v4;
  if (inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return IpFamily::v6;
  return std::nullopt;
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host == "::1" || (ip_family(host) == IpFamily::v4 && host.starts_with("127."));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_number(text);
  if (!port || *port < 1 || *port > 65535 || text.front() == '0') return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

Parsed<Address> parse_address(std::string_view text) {
  const std::string shape = "HOST:PORT like 127.0.0.1:8080 or [::1]:8080";
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return refuse(shape, parse_port(text) ? "write 0.0.0.0:" + std::string(text) + " to listen everywhere" : "");
  }
  std::string_view host = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1));
  if (ip_family(text) == IpFamily::v6) return refuse(shape, "an IPv6 address goes in brackets, then its port");
  if (!port) return refuse(shape + ", the port from 1 to 65535");
  if (host.empty() || host == "*") {
    return refuse(shape, "write 0.0.0.0:" + std::to_string(*port) + " to listen everywhere");
  }
  if (host == "localhost") return Address{.host = "127.0.0.1", .port = *port};
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (ip_family(host) != (brackets ? IpFamily::v6 : IpFamily::v4)) {
    return refuse(shape + "; the host is an IP address of this machine");
  }
  return Address{.host = std::string(host), .port = *port};
}

}  // namespace weir::config
