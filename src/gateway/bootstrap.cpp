#include "gateway/bootstrap.hpp"

#include "gateway/envoy_clusters.hpp"
#include "gateway/envoy_duration.hpp"
#include "gateway/envoy_routes.hpp"
#include "gateway/pretty_json.hpp"
#include "gateway/settings.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace weir::gateway {

namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr const char* slashes(config::EscapedSlashes choice) {
  switch (choice) {
    case config::EscapedSlashes::keep:
      return "KEEP_UNCHANGED";
    case config::EscapedSlashes::reject:
      return "REJECT_REQUEST";
    case config::EscapedSlashes::redirect:
      return "UNESCAPE_AND_REDIRECT";
  }
  return "";
}

json::value socket_address(const config::Address& address) {
  return json::object{{"socket_address", json::object{{"address", address.host}, {"port_value", address.port}}}};
}

json::array http_filters(const std::string& module) {
  return {
      json::object{
          {"name", "weir_limits"},
          {"typed_config",
           json::object{
               {"@type", "type.googleapis.com/envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter"},
               {"dynamic_module_config", json::object{{"name", module}, {"do_not_close", true}}},
               {"filter_name", "weir_limits"}}}},
      json::object{
          {"name", "envoy.filters.http.router"},
          {"typed_config", json::object{{"@type", "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
                                        {"suppress_envoy_headers", true}}}}};
}

json::value connection_manager(const config::Config& config, const std::string& module) {
  return json::object{
      {"@type",
       "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"},
      {"stat_prefix", "weir"},
      // The client is the peer, or the Nth address from the right of X-Forwarded-For; a client can't add one to its
      // own.
      {"use_remote_address", true},
      {"xff_num_trusted_hops", config.trusted_proxies},
      // Nobody's x-envoy-* headers are obeyed. An empty list would mean the private networks; nobody comes from this
      // one.
      {"internal_address_config",
       json::object{
           {"cidr_ranges", json::array{json::object{{"address_prefix", "255.255.255.255"}, {"prefix_len", 32}}}}}},
      {"normalize_path", true},
      {"merge_slashes", true},
      {"path_with_escaped_slashes_action", slashes(config.escaped_slashes)},
      {"max_request_headers_kb", 60},
      {"request_headers_timeout", "30s"},
      {"common_http_protocol_options",
       json::object{{"idle_timeout", "300s"}, {"headers_with_underscores_action", "ALLOW"}}},
      {"http2_protocol_options", json::object{{"max_concurrent_streams", 100},
                                              {"initial_stream_window_size", 64 * 1024},
                                              {"initial_connection_window_size", 1024 * 1024}}},
      {"server_header_transformation", "PASS_THROUGH"},
      {"generate_request_id", false},
      {"preserve_external_request_id", true},
      {"drain_timeout", envoy_duration(config.drain)},
      {"route_config", envoy_routes(config, module)},
      {"http_filters", http_filters(module)}};
}

json::value listener(const config::Config& config, const std::string& module) {
  return json::object{
      {"name", "weir"},
      {"address", socket_address(config.listen)},
      {"per_connection_buffer_limit_bytes", 1024 * 1024},
      {"filter_chains",
       json::array{json::object{
           {"filters", json::array{json::object{{"name", "envoy.filters.network.http_connection_manager"},
                                                {"typed_config", connection_manager(config, module)}}}}}}}};
}

json::value runtime_extension(const config::Config& config, const std::string& module) {
  return json::object{
      {"name", "envoy.bootstrap.dynamic_modules"},
      {"typed_config",
       json::object{
           {"@type",
            "type.googleapis.com/envoy.extensions.bootstrap.dynamic_modules.v3.DynamicModuleBootstrapExtension"},
           {"dynamic_module_config", json::object{{"name", module}, {"do_not_close", true}}},
           {"extension_name", "weir"},
           {"extension_config",
            json::object{{"@type", "type.googleapis.com/google.protobuf.Struct"}, {"value", settings_json(config)}}}}}};
}

}  // namespace

std::string bootstrap(const config::Config& config, const BootstrapOptions& options) {
  json::object bootstrap{
      {"node", json::object{{"id", "weir"}, {"cluster", "weir"}}},
      {"bootstrap_extensions", json::array{runtime_extension(config, options.module_name)}},
      {"static_resources", json::object{{"listeners", json::array{listener(config, options.module_name)}},
                                        {"clusters", envoy_clusters(config, options.ca_file)}}}};
  if (!options.admin_socket.empty()) {
    bootstrap["admin"] =
        json::object{{"address", json::object{{"pipe", json::object{{"path", options.admin_socket}, {"mode", 0600}}}}}};
  }
  return pretty_json(bootstrap);
}

}  // namespace weir::gateway
