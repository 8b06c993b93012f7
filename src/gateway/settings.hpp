// settings.hpp: what the module must know of a Config, as the JSON that carries it there inside Envoy's bootstrap.
//
// Numbers are JSON numbers up to 2^53, which survive Envoy's doubles; lengths of time are text in the config's own
// words (`1m`, `250ms`, `month`), bytes of any kind base64.
#pragma once

#include "config/config.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::gateway {

// Who may use the admin API. At most one of the two is set; none: anyone who reaches it.
struct AdminSettings {
  std::string token_sha256;   // lower-case hex
  std::string token_written;  // with its ${VAR}s, for config::expand in the environment of whoever reads this
};

struct Settings {
  config::Store store;  // read_settings: URLs as they are written; see store_reference.hpp
  std::vector<config::Limit> limits;
  config::Prices prices;
  config::Responses responses;
  int trusted_proxies = 0;
  config::EscapedSlashes escaped_slashes = config::EscapedSlashes::redirect;
  bool tls = false;  // the listener's
  config::AccessLog access_log;
  std::optional<config::Analytics> analytics;  // none: off
  std::vector<config::Alert> alerts;
  std::optional<AdminSettings> admin;  // none: there is no admin listener
  std::uint64_t generation = 0;        // which version of a file that changes this is
};
[[nodiscard]] boost::json::value settings_json(const config::Config& config, std::uint64_t generation = 0);
[[nodiscard]] Settings read_settings(std::string_view json);  // throws std::exception: not such a JSON

// What the module must know of an upstream that is a model.
struct ModelRoute {
  config::Model model;
  std::string host;  // of the upstream's url, without a port
};

// What the module must know of an upstream that is a function of AWS Lambda; settings_lambda.hpp writes and reads it.
struct LambdaRoute {
  std::string upstream;   // its name
  std::string authority;  // HOST or HOST:PORT of Lambda's API, which is what a call's Host must say
  config::Lambda lambda;  // but for `credentials`
};

// What the module must know of a route.
struct RouteSettings {
  std::string name;                              // what the key source `route` says
  std::string upstream;                          // its name
  std::vector<std::vector<std::string>> limits;  // names; of each list the first that applies, alone
  std::optional<ModelRoute> model;               // its upstream is one
};
[[nodiscard]] boost::json::value route_settings_json(const config::Route& route, const config::Upstream& upstream);
[[nodiscard]] RouteSettings read_route_settings(std::string_view json);  // throws std::exception

// `POST api.example.com/v1/*`: its methods and host, if it names any, then its path.
[[nodiscard]] std::string route_name(const config::Route& route);

// In the largest unit that divides it: `1m`, `90s`, `1500us`; `0s`.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds span);

}  // namespace weir::gateway
