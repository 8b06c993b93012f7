// bootstrap.hpp: a Config as the bootstrap of the Envoy that serves it: its listeners, its routes in the file's order,
// a cluster an upstream, and the module with its settings.
#pragma once

#include "config/config.hpp"
#include "gateway/render_options.hpp"

#include <string>

namespace weir::gateway {

// Pretty-printed JSON. Without options.folder it is complete: Envoy needs nothing else. With it, all that a changed
// config changes is in the folder's files (live_files.hpp), which must be there before Envoy starts.
[[nodiscard]] std::string bootstrap(const config::Config& config, const RenderOptions& options = {});

}  // namespace weir::gateway
