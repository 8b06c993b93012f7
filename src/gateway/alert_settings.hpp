// alert_settings.hpp: alerts on their way into the module, without their secrets: those are in no file and no output,
// but in the environment of Envoy.
//
// `${VAR}`s of weir.yaml stay as they are written. A secret that is written in weir.yaml itself becomes
// `${WEIR_ALERT_SECRET_xxxxxxxx}`, named after the beginning of its SHA-256.
#pragma once

#include "alerts/terms.hpp"
#include "config/config.hpp"
#include "config/parse.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::gateway {

inline constexpr std::string_view alert_secret_variable = "WEIR_ALERT_SECRET_";

[[nodiscard]] boost::json::value write_alert(const config::Alert& alert);
// Webhook and secret as they are written: resolve_alerts gives them their values.
[[nodiscard]] config::Alert read_alert(const boost::json::value& object);

// What the environment must hold for secrets that are written in weir.yaml itself: names and values.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> alert_secrets(const std::vector<config::Alert>& alerts);

// Webhooks and secrets as the module gets them: what names variables.
[[nodiscard]] std::vector<std::string> alert_texts_written(const std::vector<config::Alert>& alerts);

// Fills in the values of what is written. Throws std::exception with a sentence, without secrets, when a variable is
// missing or a webhook is none.
void resolve_alerts(std::vector<config::Alert>& alerts, const config::Environment& environment);

// As the room `alerts` takes them; each with its limit's windows. Alerts of unknown limits are left out.
[[nodiscard]] std::vector<alerts::Terms> alert_terms(const std::vector<config::Alert>& alerts,
                                                     const std::vector<config::Limit>& limits);

}  // namespace weir::gateway
