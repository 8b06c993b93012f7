// envoy_discovery.hpp: parts of Envoy's configuration that come from files and may change while it runs. Envoy watches
// each file and takes what a rename puts in its place; what it can't use it refuses, and keeps what it had.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <string>

namespace weir::gateway {

// The files of a folder, each with one kind of part.
namespace live_file {
inline constexpr const char* settings = "settings.json";  // the module's own; the others are Envoy's
inline constexpr const char* clusters = "cds.json";
inline constexpr const char* filters = "ecds.json";
inline constexpr const char* routes = "rds.json";
inline constexpr const char* secrets = "sds.json";
inline constexpr const char* listeners = "lds.json";
}  // namespace live_file

// Where a part is found (config.core.v3.ConfigSource).
[[nodiscard]] boost::json::value config_source(const std::string& folder, const char* file);

// A file's text (service.discovery.v3.DiscoveryResponse). The version is a digest of the rest: equal versions, equal
// parts.
struct Discovery {
  std::string version;
  std::string text;
  friend bool operator==(const Discovery&, const Discovery&) = default;
};
[[nodiscard]] Discovery discovery(const char* type, boost::json::array parts);

}  // namespace weir::gateway
