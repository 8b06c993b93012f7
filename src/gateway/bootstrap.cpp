#include "gateway/bootstrap.hpp"

#include "gateway/envoy_clusters.hpp"
#include "gateway/envoy_discovery.hpp"
#include "gateway/envoy_listeners.hpp"
#include "gateway/envoy_types.hpp"
#include "gateway/pretty_json.hpp"
#include "gateway/settings.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;

json::value runtime_extension(json::object config, const RenderOptions& options) {
  return json::object{
      {"name", "envoy.bootstrap.dynamic_modules"},
      {"typed_config",
       json::object{{"@type", envoy::module_extension},
                    {"dynamic_module_config", json::object{{"name", options.module_name}, {"do_not_close", true}}},
                    {"extension_name", "weir"},
                    {"extension_config", json::object{{"@type", envoy::structure}, {"value", std::move(config)}}}}}};
}

}  // namespace

std::string bootstrap(const config::Config& config, const RenderOptions& options) {
  json::object bootstrap{{"node", json::object{{"id", "weir"}, {"cluster", "weir"}}}};
  if (options.folder.empty()) {
    bootstrap["bootstrap_extensions"] = json::array{runtime_extension({{"settings", settings_json(config)}}, options)};
    bootstrap["static_resources"] =
        json::object{{"listeners", envoy_listeners(config, options)}, {"clusters", envoy_clusters(config, options)}};
  } else {
    bootstrap["bootstrap_extensions"] =
        json::array{runtime_extension({{"settings_file", options.folder + "/" + live_file::settings}}, options)};
    bootstrap["dynamic_resources"] = json::object{{"lds_config", config_source(options.folder, live_file::listeners)},
                                                  {"cds_config", config_source(options.folder, live_file::clusters)}};
  }
  if (!options.admin_socket.empty()) {
    bootstrap["admin"] =
        json::object{{"address", json::object{{"pipe", json::object{{"path", options.admin_socket}, {"mode", 0600}}}}}};
  }
  return pretty_json(bootstrap);
}

}  // namespace weir::gateway
