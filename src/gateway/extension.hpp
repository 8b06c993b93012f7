// extension.hpp: `weir`, the bootstrap extension: makes the runtime before Envoy makes any filter, makes another one
// when the settings' file changes, and wakes requests that wait.
//
// Its configuration is the settings themselves, or {"settings_file": PATH}, which is then watched. Envoy's own admin
// gets two paths:
//   GET  /weir/status    {"generation":N,"error":null|"..."}: the settings in force, and why newer ones are not
//   POST /weir/refused   a configuration that never came here was refused: counts it. What is refused here is counted
//                        here
#pragma once

#include "gateway/extension_edge.hpp"

#include <memory>
#include <string_view>

namespace weir::gateway {

inline constexpr std::string_view extension_name = "weir";

[[nodiscard]] std::unique_ptr<BootstrapExtension> make_weir_extension(std::string_view config, ExtensionHost host);

}  // namespace weir::gateway
