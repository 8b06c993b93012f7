// stream_budget.hpp: what a streamed answer may still take of limits that do more than let it finish (`on_exceeded`).
//
// The budget of a limit is what the call held there and what was left beside it when the call was decided. Nobody asks
// the store again in mid-stream, so streams that begin at the same time each see what was left: together they may go
// beyond the limit by that much, once for each but the first.
#pragma once

#include "gateway/hold.hpp"
#include "usage/counts.hpp"
#include "usage/price/charge.hpp"

#include <weir/rule.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::gateway {

class StreamBudget {
 public:
  // Of what this call of the model holds.
  StreamBudget(const Hold& hold, std::string_view model);

  [[nodiscard]] bool truncates() const;  // a limit may end the answer
  [[nodiscard]] bool paces() const;      // a limit may slow it down

  // A limit that ends answers has nothing left for what was seen so far.
  [[nodiscard]] bool is_spent(const usage::Counts& seen) const;
  // How much later than at the moment when the budget was used up this much may have gone out, at the limits' rates;
  // 0: it is not used up.
  [[nodiscard]] std::chrono::nanoseconds delay(const usage::Counts& seen) const;

 private:
  struct Part {
    config::OnExceeded action;
    usage::Tariff tariff;
    std::int64_t units;
    Rule rule;
  };
  std::vector<Part> parts_;
};

}  // namespace weir::gateway
