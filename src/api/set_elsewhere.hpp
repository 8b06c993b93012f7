// set_elsewhere.hpp: a limiter's rate and deny entries as they are in force, what other programs have set in a store of
// layout upstash included.
#pragma once

#include <weir/limiter.hpp>

#include <vector>

namespace weir::api {

// Of one call of the API. A store that does not answer once is not asked again: what is known here stands.
class SetElsewhere {
 public:
  [[nodiscard]] Rate rate_of(const Limiter& limiter);
  [[nodiscard]] std::vector<DenyEntry> denied_by(const Limiter& limiter);

 private:
  bool answers_ = true;
};

}  // namespace weir::api
