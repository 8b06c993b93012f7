// address.hpp: `HOST:PORT` to listen on, and IP addresses.
#pragma once

#include "config/config.hpp"
#include "config/refusal.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::config {

enum class IpFamily { v4, v6 };

// What kind of IP address a text is, or nothing. No zones, no brackets, no leading zeros.
[[nodiscard]] std::optional<IpFamily> ip_family(std::string_view text);

// Whether a name or an IP address means the machine that looks at it.
[[nodiscard]] bool is_this_machine(std::string_view host);

[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);  // 1 to 65535

// `127.0.0.1:8080`, `[::1]:8080`; `localhost` is 127.0.0.1.
[[nodiscard]] Parsed<Address> parse_address(std::string_view text);

}  // namespace weir::config
