// exit_status.hpp: what every command of `weir` ends with.
#pragma once

namespace weir::cli {

inline constexpr int ok = 0;
inline constexpr int refused = 1;      // a negative answer
inline constexpr int wrong_usage = 2;  // wrong arguments or a wrong config
inline constexpr int unreachable = 3;  // something it needs is missing, taken or gone

}  // namespace weir::cli
