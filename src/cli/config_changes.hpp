// config_changes.hpp: what a changed file does, in a few words for the one who changed it.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "gateway/render_options.hpp"

namespace weir::cli {

struct ConfigChanges {
  std::vector<std::string> effects;        // empty: the two say the same
  std::vector<std::string> after_restart;  // what stays as it was until the next start
  friend bool operator==(const ConfigChanges&, const ConfigChanges&) = default;
};
[[nodiscard]] ConfigChanges config_changes(const config::Config& before, const config::Config& after,
                                           const gateway::RenderOptions& render);

// The effects as one line: "limit 'a' added, limit 'b' starts afresh (algorithm changed); store.max_keys needs ...".
[[nodiscard]] std::string to_string(const ConfigChanges& changes);

}  // namespace weir::cli
