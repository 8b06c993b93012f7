// number_text.hpp: a JSON number as the text of a key.
#pragma once

#include <memory_resource>
#include <string_view>

namespace weir::gateway {

// The shortest text that reads as this number; whole ones have no fraction and no exponent up to 2^53: `42`, `1.5`.
// The view lives as long as `memory`.
[[nodiscard]] std::string_view number_text(double number, std::pmr::memory_resource& memory);

}  // namespace weir::gateway
