#include "gateway/envoy_clusters.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <arpa/inet.h>

#include <array>

namespace weir::gateway {

namespace {

namespace json = boost::json;

enum class HostKind { name, ipv4, ipv6 };

HostKind kind_of(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return HostKind::ipv4;
  return inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1 ? HostKind::ipv6 : HostKind::name;
}

// Envoy's own bounds (1024 connections, 1024 requests) would answer 503 under a load that the upstream can take.
json::value no_circuit_breaker() {
  constexpr int plenty = 1'000'000'000;
  return json::object{{"thresholds", json::array{json::object{{"max_connections", plenty},
                                                              {"max_pending_requests", plenty},
                                                              {"max_requests", plenty},
                                                              {"max_retries", plenty}}}}};
}

json::value tls(const config::Upstream& upstream, const std::string& ca_file) {
  const bool named = kind_of(upstream.host) == HostKind::name;
  json::object validation{{"trusted_ca", json::object{{"filename", ca_file}}},
                          {"match_typed_subject_alt_names",
                           json::array{json::object{{"san_type", named ? "DNS" : "IP_ADDRESS"},
                                                    {"matcher", json::object{{"exact", upstream.host}}}}}}};
  json::object context{{"@type", "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"},
                       {"common_tls_context", json::object{{"validation_context", std::move(validation)}}}};
  if (named) context["sni"] = upstream.host;
  return json::object{{"name", "envoy.transport_sockets.tls"}, {"typed_config", std::move(context)}};
}

json::value cluster(const config::Upstream& upstream, const std::string& ca_file) {
  const bool named = kind_of(upstream.host) == HostKind::name;
  json::object endpoint{{"address", json::object{{"socket_address", json::object{{"address", upstream.host},
                                                                                 {"port_value", upstream.port}}}}}};
  json::object cluster{
      {"name", upstream.name},
      {"type", named ? "STRICT_DNS" : "STATIC"},
      {"connect_timeout", "5s"},
      {"load_assignment",
       json::object{
           {"cluster_name", upstream.name},
           {"endpoints", json::array{json::object{
                             {"lb_endpoints", json::array{json::object{{"endpoint", std::move(endpoint)}}}}}}}}},
      {"circuit_breakers", no_circuit_breaker()}};
  if (named) {
    cluster["dns_lookup_family"] = "V4_PREFERRED";
    cluster["respect_dns_ttl"] = true;
  }
  if (upstream.tls) cluster["transport_socket"] = tls(upstream, ca_file);
  return cluster;
}

}  // namespace

std::string authority_of(const config::Upstream& upstream) {
  const std::string host = kind_of(upstream.host) == HostKind::ipv6 ? "[" + upstream.host + "]" : upstream.host;
  return upstream.port == (upstream.tls ? 443 : 80) ? host : host + ":" + std::to_string(upstream.port);
}

json::array envoy_clusters(const config::Config& config, const std::string& ca_file) {
  json::array clusters;
  for (const config::Upstream& upstream : config.upstreams) clusters.push_back(cluster(upstream, ca_file));
  return clusters;
}

}  // namespace weir::gateway
