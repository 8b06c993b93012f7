#include "gateway/envoy_filters.hpp"

#include "gateway/envoy_types.hpp"

#include <boost/json/object.hpp>

namespace weir::gateway {

namespace json = boost::json;

json::value socket_address(const config::Address& address) {
  return json::object{{"socket_address", json::object{{"address", address.host}, {"port_value", address.port}}}};
}

json::value module_filter(const char* name, const RenderOptions& options) {
  return json::object{
      {"name", name},
      {"typed_config",
       json::object{{"@type", envoy::module_filter},
                    {"dynamic_module_config", json::object{{"name", options.module_name}, {"do_not_close", true}}},
                    {"filter_name", name}}}};
}

json::value router_filter() {
  return json::object{{"name", "envoy.filters.http.router"},
                      {"typed_config", json::object{{"@type", envoy::router}, {"suppress_envoy_headers", true}}}};
}

}  // namespace weir::gateway
