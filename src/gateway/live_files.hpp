// live_files.hpp: what Envoy and the module read while they run, as the texts of the run folder's files.
#pragma once

#include "config/config.hpp"
#include "gateway/envoy_discovery.hpp"
#include "gateway/render_options.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace weir::gateway {

struct LiveFiles {
  Discovery clusters;
  Discovery filters;
  Discovery routes;
  Discovery secrets;
  Discovery listeners;
  friend bool operator==(const LiveFiles&, const LiveFiles&) = default;
};
[[nodiscard]] LiveFiles live_files(const config::Config& config, const RenderOptions& options);

[[nodiscard]] std::string live_settings(const config::Config& config, std::uint64_t generation);

// While routes change from those of `before` to those of `after`, requests need the clusters of both; of one that both
// have, `after` says what it is.
[[nodiscard]] Discovery clusters_of_both(const config::Config& before, const config::Config& after,
                                         const RenderOptions& options);

// Likewise the claims that limits ask for. Tokens are verified as long as one of the two wants it.
[[nodiscard]] Discovery filters_of_both(const config::Config& before, const config::Config& after);

}  // namespace weir::gateway
