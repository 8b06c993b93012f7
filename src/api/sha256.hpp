// sha256.hpp: SHA-256 (FIPS 180-4). For tokens: neither Boost nor Debian's headers have one, and the OpenSSL that
// TLS to Redis stands on is no reason to lean on it for sixty lines that never change.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::api {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes) noexcept;

[[nodiscard]] std::string to_hex(const Digest& digest);                               // lower case
[[nodiscard]] std::optional<Digest> digest_from_hex(std::string_view text) noexcept;  // 64 digits of either case

// Takes as long whether they differ at the first byte, the last or not at all.
[[nodiscard]] bool equal_in_constant_time(const Digest& one, const Digest& other) noexcept;

}  // namespace weir::api
