#include "gateway/envoy_admin_listener.hpp"

#include "gateway/envoy_clusters.hpp"
#include "gateway/envoy_filters.hpp"
#include "gateway/envoy_types.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;

// Pages that show and change nothing. /config_dump is not among them: it tells more than an operator's page should.
constexpr std::array<std::string_view, 4> own_pages{"/stats", "/stats/prometheus", "/clusters", "/listeners"};

json::value routes(const RenderOptions& options) {
  json::array routes;
  if (!options.admin_socket.empty()) {
    for (const std::string_view page : own_pages) {
      json::object match{{"path", "/envoy" + std::string(page)},
                         {"headers", json::array{json::object{{"name", ":method"},
                                                              {"string_match", json::object{{"exact", "GET"}}}}}}};
      routes.push_back(json::object{{"match", std::move(match)},
                                    {"route", json::object{{"cluster", own_admin_cluster},
                                                           {"timeout", "10s"},
                                                           {"prefix_rewrite", json::string_view(page)}}}});
    }
  }
  return json::object{
      {"name", "weir_admin"},
      {"virtual_hosts", json::array{json::object{
                            {"name", "weir_admin"}, {"domains", json::array{"*"}}, {"routes", std::move(routes)}}}}};
}

json::object connection_manager(const RenderOptions& options) {
  return {{"@type", envoy::connection_manager},
          {"stat_prefix", "weir_admin"},
          {"codec_type", "AUTO"},  // HTTP/1.1, and HTTP/2 for who begins with it
          {"use_remote_address", true},
          {"internal_address_config",
           json::object{
               {"cidr_ranges", json::array{json::object{{"address_prefix", "255.255.255.255"}, {"prefix_len", 32}}}}}},
          // Keys in paths are any bytes: `.`, `..`, `//` and %2F are data.
          {"normalize_path", false},
          {"merge_slashes", false},
          {"path_with_escaped_slashes_action", "KEEP_UNCHANGED"},
          {"max_request_headers_kb", 60},
          // A client that is slow, or that went away without a word, holds its connection for so long.
          {"request_headers_timeout", "10s"},
          {"request_timeout", "30s"},
          {"stream_idle_timeout", "60s"},
          {"common_http_protocol_options",
           json::object{{"idle_timeout", "60s"}, {"headers_with_underscores_action", "ALLOW"}}},
          {"http2_protocol_options", json::object{{"max_concurrent_streams", 100},
                                                  {"initial_stream_window_size", 64 * 1024},
                                                  {"initial_connection_window_size", 1024 * 1024}}},
          {"server_header_transformation", "PASS_THROUGH"},
          {"generate_request_id", false},
          {"preserve_external_request_id", true},
          {"route_config", routes(options)},
          {"http_filters", json::array{module_filter("weir_admin", options), router_filter()}}};
}

// Beyond it a connection is closed at once: the admin port can't use up the files that the gateway needs.
json::value connection_limit() {
  return json::object{
      {"name", "envoy.filters.network.connection_limit"},
      {"typed_config",
       json::object{{"@type", envoy::connection_limit}, {"stat_prefix", "weir_admin"}, {"max_connections", 1000}}}};
}

}  // namespace

json::object admin_listener(const config::Address& address, const RenderOptions& options) {
  json::object manager{{"name", "envoy.filters.network.http_connection_manager"},
                       {"typed_config", connection_manager(options)}};
  return {
      {"name", "weir_admin"},
      {"address", socket_address(address)},
      {"per_connection_buffer_limit_bytes", 1024 * 1024},
      {"filter_chains", json::array{json::object{{"filters", json::array{connection_limit(), std::move(manager)}}}}}};
}

}  // namespace weir::gateway
