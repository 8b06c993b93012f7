// rate_text.hpp: rates between their text (`200/1m`) and the rule that a limit counts by.
#pragma once

#include "api/problem.hpp"
#include "config/config.hpp"

#include <weir/rule.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::api {

// 100/1m, 1000/month, unlimited; 10 of concurrency.
[[nodiscard]] std::string rate_text(const Rule& rule);

struct GivenRate {
  std::string_view rate;
  std::optional<std::int64_t> burst{};  // none: the limit's own
  std::optional<std::string_view> anchor{};
};
// The rule for a limit at run time: its algorithm stays. 400 for what is no rate or date, 422 for one that can't be
// counted so.
[[nodiscard]] Result<Rule> rule_at_run_time(const config::Limit& limit, const GivenRate& given);

}  // namespace weir::api
