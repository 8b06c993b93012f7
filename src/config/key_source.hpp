// key_source.hpp: `header:x-user-id`, `ip/24`, `path`: where a part of a key is found in a request.
#pragma once

#include "config/config.hpp"
#include "config/refusal.hpp"

#include <string_view>

namespace weir::config {

// `ip/N` sets the IPv4 network's length up to 32, the IPv6 network's above; the other keeps its default (/32 and /64).
[[nodiscard]] Parsed<KeySource> parse_key_source(std::string_view text);

// The sources that a later version of Weir brings.
[[nodiscard]] bool is_available(KeySource::Kind kind);

}  // namespace weir::config
