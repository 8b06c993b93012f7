// enforced_limiter.hpp: how a limit of the config becomes a Limiter: the one place, so that what replays a config
// decides as the gateway does.
#pragma once

#include "config/config.hpp"

#include <weir/limiter.hpp>

#include <memory>

namespace weir::gateway {

// Throws std::exception with a sentence that says what can't be used.
[[nodiscard]] Limiter enforced_limiter(const config::Limit& limit, const config::Store& settings,
                                       std::shared_ptr<Store> store);

}  // namespace weir::gateway
