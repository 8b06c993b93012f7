#include "gateway/envoy_listeners.hpp"

#include "gateway/envoy_admin_listener.hpp"
#include "gateway/envoy_discovery.hpp"
#include "gateway/envoy_filters.hpp"
#include "gateway/envoy_jwt.hpp"
#include "gateway/envoy_lambda.hpp"
#include "gateway/envoy_routes.hpp"
#include "gateway/envoy_tls.hpp"
#include "gateway/envoy_types.hpp"
#include "gateway/jwt_claim_header.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;

// More than anybody forwards: Envoy then takes no address of X-Forwarded-For for the client's, and keeps
// X-Forwarded-Proto. The module does both as `trusted_proxies` says, which may change while the listener may not.
constexpr std::uint32_t hops_to_nobody = 1'000'000'000;

// In front of the limits, which look at its claims.
json::value jwt_filter(const config::Config& config, const RenderOptions& options) {
  json::object filter{{"name", jwt_filter_name}};
  if (options.folder.empty()) {
    filter["typed_config"] = envoy_jwt(config, claims_of(config));
  } else {
    filter["config_discovery"] = json::object{{"config_source", config_source(options.folder, live_file::filters)},
                                              {"type_urls", json::array{envoy::jwt}}};
  }
  return filter;
}

// Claims are believed because no client can send a header that looks like one.
json::value without_forged_claims() {
  return json::object{
      {"name", "weir_claims"},
      {"typed_config",
       json::object{
           {"@type", envoy::early_header_mutation},
           {"mutations",
            json::array{json::object{
                {"remove_on_match",
                 json::object{{"key_matcher", json::object{{"prefix", jwt_claim_header_prefix.data()}}}}}}}}}}};
}

json::object connection_manager(const config::Config& config, const RenderOptions& options) {
  json::object manager{{"@type", envoy::connection_manager},
                       {"stat_prefix", "weir"},
                       // Its own entry in X-Forwarded-For is the last.
                       {"use_remote_address", true},
                       {"xff_num_trusted_hops", hops_to_nobody},
                       // Nobody's x-envoy-* headers are obeyed. An empty list would mean the private networks; nobody
                       // comes from this one.
                       {"internal_address_config",
                        json::object{{"cidr_ranges", json::array{json::object{{"address_prefix", "255.255.255.255"},
                                                                              {"prefix_len", 32}}}}}},
                       {"early_header_mutation_extensions", json::array{without_forged_claims()}},
                       {"normalize_path", true},
                       {"merge_slashes", true},
                       {"path_with_escaped_slashes_action", "KEEP_UNCHANGED"},  // the module's choice, too
                       {"max_request_headers_kb", 60},
                       {"request_headers_timeout", "30s"},
                       {"common_http_protocol_options",
                        json::object{{"idle_timeout", "300s"}, {"headers_with_underscores_action", "ALLOW"}}},
                       {"http2_protocol_options", json::object{{"max_concurrent_streams", 100},
                                                               {"initial_stream_window_size", 64 * 1024},
                                                               {"initial_connection_window_size", 1024 * 1024}}},
                       {"server_header_transformation", "PASS_THROUGH"},
                       {"generate_request_id", false},
                       {"preserve_external_request_id", true}};
  json::array filters;
  if (config.jwt || !options.folder.empty()) filters.push_back(jwt_filter(config, options));
  filters.push_back(module_filter("weir_limits", options));
  filters.push_back(lambda_call_filter(options));
  filters.push_back(router_filter());
  manager["http_filters"] = std::move(filters);
  if (options.folder.empty()) {
    manager["route_config"] = envoy_routes(config, options);
  } else {
    manager["rds"] = json::object{{"route_config_name", routes_name},
                                  {"config_source", config_source(options.folder, live_file::routes)}};
  }
  return manager;
}

json::object listener(const config::Config& config, const RenderOptions& options) {
  json::object chain{{"filters", json::array{json::object{{"name", "envoy.filters.network.http_connection_manager"},
                                                          {"typed_config", connection_manager(config, options)}}}}};
  if (config.tls) chain["transport_socket"] = listener_tls(*config.tls, options);
  return {{"name", "weir"},
          {"address", socket_address(config.listen)},
          {"per_connection_buffer_limit_bytes", 1024 * 1024},
          {"filter_chains", json::array{std::move(chain)}}};
}

}  // namespace

json::array envoy_listeners(const config::Config& config, const RenderOptions& options) {
  json::array listeners{listener(config, options)};
  if (config.admin) listeners.push_back(admin_listener(config.admin->address, options));
  return listeners;
}

}  // namespace weir::gateway
