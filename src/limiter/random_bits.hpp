// random_bits.hpp: bits nobody can guess, from the operating system.
#pragma once

#include <cstdint>
#include <string>

namespace weir::limiter {

[[nodiscard]] std::uint64_t random_bits();
[[nodiscard]] std::string random_id();  // 128 bits as 32 hexadecimal digits

}  // namespace weir::limiter
