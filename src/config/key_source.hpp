// key_source.hpp: `header:x-user-id`, `ip/24`, `path`: where a part of a key is found in a request.
#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"
#include "config/refusal.hpp"

#include <optional>
#include <string_view>

namespace weir::config {

// `ip/N` sets the IPv4 network's length up to 32, the IPv6 network's above; the other keeps its default (/32 and /64).
[[nodiscard]] Parsed<KeySource> parse_key_source(std::string_view text);

// Reads one, and refuses what a later version of Weir brings.
[[nodiscard]] std::optional<KeySource> read_key_source(Reading& reading, const Field& field);
// The same of a mapping's key.
[[nodiscard]] std::optional<KeySource> read_key_source(Reading& reading, const Entry& entry, std::string_view where);

}  // namespace weir::config
