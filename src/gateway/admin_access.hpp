// admin_access.hpp: from the settings to who may use the admin API.
#pragma once

#include "api/access.hpp"
#include "config/parse.hpp"
#include "gateway/settings.hpp"

namespace weir::gateway {

// Throws std::exception when a token is asked for and can't be had, or is empty; the message never holds it.
[[nodiscard]] api::Access admin_access(const AdminSettings& settings, const config::Environment& environment);

}  // namespace weir::gateway
