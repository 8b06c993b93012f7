// cost_header.hpp: a request's cost, where a limit lets the request name it (`cost: header:N`).
#pragma once

#include "gateway/request.hpp"

#include <cstdint>
#include <expected>
#include <string_view>

namespace weir::gateway {

enum class CostError : std::uint8_t {
  not_a_number,  // 400
  out_of_range,  // 422: below 0, or 2^53 and more. A request may not refund what it did not take
};

// An absent or empty header costs `otherwise`. A header given twice is not a number.
[[nodiscard]] std::expected<std::int64_t, CostError> requested_cost(const Request& request, std::string_view header,
                                                                    std::int64_t otherwise);

// A whole decimal number, with or without a sign, and nothing else.
[[nodiscard]] std::expected<std::int64_t, CostError> parse_cost(std::string_view text);

}  // namespace weir::gateway
