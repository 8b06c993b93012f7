// route_cover.hpp: whether one route matches all that another one does.
#pragma once

#include "config/config.hpp"

namespace weir::config {

// Of paths alone.
[[nodiscard]] bool covers_path(const Route& wide, const Route& narrow);

// Never true wrongly; may be false for routes whose methods or headers are the same in other words.
[[nodiscard]] bool covers(const Route& wide, const Route& narrow);

}  // namespace weir::config
