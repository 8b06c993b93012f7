// lambda_warnings.hpp: what of functions will surprise.
#pragma once

#include "config/config.hpp"
#include "config/warnings.hpp"

#include <vector>

namespace weir::config {

void warn_of_lambda(const Config& config, std::vector<Warning>& warnings);

}  // namespace weir::config
