#include "store/url/host.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace weir::store {
namespace {

bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_ipv6(const std::string& text) {
  in6_addr address;
  return ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

std::string bracketed(const std::string& host) { return host.contains(':') ? "[" + host + "]" : host; }

}  // namespace

std::string shown(const HostPort& address) { return bracketed(address.host) + ":" + std::to_string(address.port); }

std::uint16_t http_port(bool tls) { return tls ? 443 : 80; }

std::string host_header(const HostPort& address, bool tls) {
  return address.port == http_port(tls) ? bracketed(address.host) : shown(address);
}

std::optional<int> small_number(std::string_view text) {
  int value = 0;
  if (text.empty() || text.size() > 6 || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::expected<HostPort, std::string> read_host(std::string_view text, std::uint16_t default_port) {
  HostPort host{.host = {}, .port = default_port};
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::unexpected("has an IPv6 address without its closing bracket");
    host.host = text.substr(1, end - 1);
    if (!is_ipv6(host.host)) return std::unexpected("has brackets around what is not an IPv6 address");
    rest = text.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return std::unexpected("has something other than a port after ']'");
  } else {
    const auto end = std::min(text.find(':'), text.size());
    host.host = text.substr(0, end);
    rest = text.substr(end);
    if (host.host.empty()) return std::unexpected("names no host");
    if (std::ranges::count(rest, ':') > 1) return std::unexpected("has an IPv6 address without brackets");
    if (!std::ranges::all_of(host.host, is_host_letter) || host.host.size() > 253) {
      return std::unexpected("has a host name with characters that no host name has");
    }
  }
  if (rest.empty()) return host;
  const auto port = small_number(rest.substr(1));
  if (!port || *port < 1 || *port > 65'535) return std::unexpected("has a port that is not a number from 1 to 65535");
  host.port = static_cast<std::uint16_t>(*port);
  return host;
}

}  // namespace weir::store
