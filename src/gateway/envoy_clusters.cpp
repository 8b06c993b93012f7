#include "gateway/envoy_clusters.hpp"

#include "gateway/envoy_jwt.hpp"
#include "gateway/envoy_lambda.hpp"
#include "gateway/envoy_tls.hpp"
#include "gateway/envoy_types.hpp"
#include "gateway/host_kind.hpp"
#include "store/url/host.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <utility>

namespace weir::gateway {

namespace {

namespace json = boost::json;

// Envoy's own bounds (1024 connections, 1024 requests) would answer 503 under a load that the upstream can take.
json::value no_circuit_breaker() {
  constexpr int plenty = 1'000'000'000;
  return json::object{{"thresholds", json::array{json::object{{"max_connections", plenty},
                                                              {"max_pending_requests", plenty},
                                                              {"max_requests", plenty},
                                                              {"max_retries", plenty}}}}};
}

json::object cluster_at(const std::string& name, json::value address) {
  json::object endpoint{{"address", std::move(address)}};
  return {{"name", name},
          {"type", "STATIC"},
          {"connect_timeout", "5s"},
          {"load_assignment",
           json::object{
               {"cluster_name", name},
               {"endpoints", json::array{json::object{
                                 {"lb_endpoints", json::array{json::object{{"endpoint", std::move(endpoint)}}}}}}}}}};
}

json::object cluster(const std::string& name, const config::Upstream& upstream, const RenderOptions& options) {
  json::object cluster = cluster_at(
      name, json::object{{"socket_address", json::object{{"address", upstream.host}, {"port_value", upstream.port}}}});
  cluster["circuit_breakers"] = no_circuit_breaker();
  if (host_kind(upstream.host) == HostKind::name) {
    cluster.erase("type");
    cluster["cluster_type"] = json::object{{"name", "envoy.cluster.dns"},
                                           {"typed_config", json::object{{"@type", envoy::dns_cluster},
                                                                         {"dns_lookup_family", "V4_PREFERRED"},
                                                                         {"respect_dns_ttl", true}}}};
  }
  if (upstream.tls) cluster["transport_socket"] = upstream_tls(upstream, options);
  if (upstream.lambda) add_lambda(cluster, upstream, options);
  return cluster;
}

}  // namespace

std::string authority_of(const config::Upstream& upstream) {
  return store::host_header({upstream.host, upstream.port}, upstream.tls);
}

json::array envoy_clusters(const config::Config& config, const RenderOptions& options) {
  json::array clusters;
  for (const config::Upstream& upstream : config.upstreams) {
    clusters.push_back(cluster(upstream.name, upstream, options));
  }
  if (config.jwt) clusters.push_back(cluster(jwks_cluster, config.jwt->jwks, options));
  if (config.admin && !options.admin_socket.empty()) {
    clusters.push_back(
        cluster_at(own_admin_cluster, json::object{{"pipe", json::object{{"path", options.admin_socket}}}}));
  }
  return clusters;
}

}  // namespace weir::gateway
