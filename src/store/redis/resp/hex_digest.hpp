// hex_digest.hpp: a digest as Redis and our keys have it: lower-case hexadecimal digits.
#pragma once

#include <openssl/types.h>

#include <string>
#include <string_view>

namespace weir::store::redis {

// Throws std::runtime_error where this system's OpenSSL does not offer the algorithm.
[[nodiscard]] std::string hex_digest(const EVP_MD* algorithm, std::string_view text);

}  // namespace weir::store::redis
