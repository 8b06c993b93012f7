// host.hpp: a host and its port, as they stand in a URL.
#pragma once

#include "store/url/store_url.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace weir::store {

// HOST, HOST:PORT, [IPV6] or [IPV6]:PORT. The error goes on after "the URL": what is wrong with it.
[[nodiscard]] std::expected<HostPort, std::string> read_host(std::string_view text, std::uint16_t default_port);

// HOST:PORT or [IPV6]:PORT.
[[nodiscard]] std::string shown(const HostPort& address);

// 80, with TLS 443.
[[nodiscard]] std::uint16_t http_port(bool tls);
// As the header `Host` wants it: the port only where it is not the scheme's own.
[[nodiscard]] std::string host_header(const HostPort& address, bool tls);

// Decimal digits alone, no more than six of them.
[[nodiscard]] std::optional<int> small_number(std::string_view text);

}  // namespace weir::store
