// rollout_plan.hpp: the steps from one config to another while requests are served, in an order in which none of them
// meets a route without its upstream, an upstream without its route's limits, or a limit without its claims:
//
//   upstreams of both -> claims of both -> the limits -> routes -> certificate, listeners -> claims -> upstreams
//
// Listeners are written only when the place, TLS on or off, or the admin API's place changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "gateway/render_options.hpp"

namespace weir::cli {

// A file to be replaced, and who says that what is in it is in force.
struct RolloutStep {
  std::string what;  // for people
  std::string file;  // in the run folder
  std::string text;
  std::string version;     // of the text
  std::string statistics;  // Envoy's, of this file: their prefix; empty: nobody is asked
};

// The module's own file; its version is its generation, and the module itself is asked (EnvoyAdmin::module_status).
inline constexpr const char* settings_step = "the limits";

inline constexpr const char* upstream_statistics = "cluster_manager.cds";

[[nodiscard]] std::vector<RolloutStep> rollout_plan(const config::Config& from, const config::Config& to,
                                                    const gateway::RenderOptions& render, std::uint64_t generation);

// The same without a gap: every file is written. For the way back from a rollout that got stuck.
[[nodiscard]] std::vector<RolloutStep> full_rollout_plan(const config::Config& from, const config::Config& to,
                                                         const gateway::RenderOptions& render,
                                                         std::uint64_t generation);

}  // namespace weir::cli
