#include "gateway/model/token_price.hpp"

#include "limiter/glob.hpp"

#include <string>
#include <utility>
#include <vector>

namespace weir::gateway {

usage::ByModel<usage::Rates> prices_by_model(const config::Prices& prices) {
  std::vector<std::pair<std::string, usage::Rates>> rates;
  for (const auto& [model, price] : prices) rates.emplace_back(model, price.rates());
  return {std::move(rates), limiter::glob_matches};
}

TokenPrice::TokenPrice(const config::Tokens& tokens, const config::Prices& prices)
    : unit_(tokens.unit),
      weights_(tokens.weights),
      reserve_(tokens.reserve),
      factors_(tokens.model_weights, limiter::glob_matches) {
  if (unit_ == usage::Unit::cost) prices_ = prices_by_model(prices);
}

usage::Tariff TokenPrice::tariff(std::string_view model) const {
  usage::Tariff tariff{.unit = unit_, .rates = weights_};
  if (unit_ == usage::Unit::cost) {
    constexpr usage::Decimal free{};
    const usage::Rates* price = prices_.find(model);
    tariff.rates = price != nullptr ? *price : usage::Rates{free, free, free, free, free};
  } else if (const usage::Decimal* factor = factors_.find(model)) {
    tariff.factor = *factor;
  }
  return tariff;
}

}  // namespace weir::gateway
