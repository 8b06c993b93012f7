// envoy_types.hpp: the names of Envoy's messages, as they stand in `@type`.
#pragma once

namespace weir::gateway::envoy {

inline constexpr const char* listener = "type.googleapis.com/envoy.config.listener.v3.Listener";
inline constexpr const char* cluster = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
inline constexpr const char* dns_cluster = "type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster";
inline constexpr const char* routes = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration";
inline constexpr const char* secret = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
inline constexpr const char* extension_config = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig";
inline constexpr const char* jwt = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication";
inline constexpr const char* module_filter =
    "type.googleapis.com/envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter";
inline constexpr const char* module_filter_per_route =
    "type.googleapis.com/envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilterPerRoute";
inline constexpr const char* module_extension =
    "type.googleapis.com/envoy.extensions.bootstrap.dynamic_modules.v3.DynamicModuleBootstrapExtension";
inline constexpr const char* router = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
inline constexpr const char* connection_manager =
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
inline constexpr const char* connection_limit =
    "type.googleapis.com/envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit";
inline constexpr const char* early_header_mutation =
    "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation";
inline constexpr const char* upstream_tls =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
inline constexpr const char* downstream_tls =
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
inline constexpr const char* http_protocol =
    "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
inline constexpr const char* upstream_codec =
    "type.googleapis.com/envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec";
inline constexpr const char* request_signing =
    "type.googleapis.com/envoy.extensions.filters.http.aws_request_signing.v3.AwsRequestSigning";
inline constexpr const char* structure = "type.googleapis.com/google.protobuf.Struct";

}  // namespace weir::gateway::envoy
