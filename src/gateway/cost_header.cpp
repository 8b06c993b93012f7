#include "gateway/cost_header.hpp"

#include <weir/rule.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace weir::gateway {

std::expected<std::int64_t, CostError> parse_cost(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::ranges::all_of(text, digit)) return std::unexpected(CostError::not_a_number);
  std::int64_t cost = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), cost);
  if (parsed.ec != std::errc{} || cost >= max_count || (negative && cost != 0)) {
    return std::unexpected(CostError::out_of_range);
  }
  return cost;
}

std::expected<std::int64_t, CostError> requested_cost(const Request& request, std::string_view header,
                                                      std::int64_t otherwise) {
  std::size_t count = 0;
  const std::string_view text = request.header(header, 0, count);
  if (count > 1) return std::unexpected(CostError::not_a_number);
  if (text.empty()) return otherwise;
  return parse_cost(text);
}

}  // namespace weir::gateway
