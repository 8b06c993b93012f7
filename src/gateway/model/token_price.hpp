// token_price.hpp: what a call of a model costs one limit: by weights or prices, looked up under the model's name.
#pragma once

#include "config/config.hpp"
#include "usage/price/by_model.hpp"
#include "usage/price/charge.hpp"
#include "usage/price/hold.hpp"

#include <string_view>

namespace weir::gateway {

[[nodiscard]] usage::ByModel<usage::Rates> prices_by_model(const config::Prices& prices);

class TokenPrice {
 public:
  // Of a limit that counts tokens.
  TokenPrice(const config::Tokens& tokens, const config::Prices& prices);

  // A model without a price costs nothing.
  [[nodiscard]] usage::Tariff tariff(std::string_view model) const;
  [[nodiscard]] const usage::Reserve& reserve() const { return reserve_; }

 private:
  usage::Unit unit_;
  usage::Rates weights_;
  usage::Reserve reserve_;
  usage::ByModel<usage::Decimal> factors_;
  usage::ByModel<usage::Rates> prices_;
};

}  // namespace weir::gateway
