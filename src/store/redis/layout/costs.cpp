#include "store/redis/layout/costs.hpp"

#include <algorithm>
#include <cstddef>

namespace weir::store::redis {
namespace {

bool is_one(const Ask& ask) { return ask.costs.size() == 1 && ask.costs.front() == 1; }

}  // namespace

std::string costs_text(std::span<const std::int64_t> costs) {
  std::string text;
  while (!costs.empty()) {
    const std::int64_t cost = costs.front();
    const auto other = std::ranges::find_if(costs, [&](std::int64_t each) { return each != cost; });
    const auto times = static_cast<std::size_t>(other - costs.begin());
    if (!text.empty()) text += ' ';
    text += std::to_string(cost);
    if (times > 1) text.append("*").append(std::to_string(times));
    costs = costs.subspan(times);
  }
  return text;
}

void append_costs(std::span<const Ask> asks, std::vector<std::string>& arguments) {
  if (std::ranges::all_of(asks, is_one)) return;
  for (const Ask& ask : asks) arguments.push_back(costs_text(ask.costs));
}

}  // namespace weir::store::redis
