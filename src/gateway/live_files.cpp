#include "gateway/live_files.hpp"

#include "gateway/envoy_clusters.hpp"
#include "gateway/envoy_jwt.hpp"
#include "gateway/envoy_listeners.hpp"
#include "gateway/envoy_routes.hpp"
#include "gateway/envoy_tls.hpp"
#include "gateway/envoy_types.hpp"
#include "gateway/settings.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace weir::gateway {

namespace json = boost::json;

namespace {

Discovery filters(const config::Config& config, const std::set<std::string>& claims) {
  return discovery(envoy::extension_config,
                   {json::object{{"name", jwt_filter_name}, {"typed_config", envoy_jwt(config, claims)}}});
}

std::string name_of(const json::value& part) { return std::string(part.at("name").as_string()); }

// By name, so that equal clusters are equal files, whichever config they come from.
Discovery cluster_file(json::array clusters) {
  std::ranges::sort(clusters, {}, name_of);
  return discovery(envoy::cluster, std::move(clusters));
}

}  // namespace

LiveFiles live_files(const config::Config& config, const RenderOptions& options) {
  return {.clusters = cluster_file(envoy_clusters(config, options)),
          .filters = filters(config, claims_of(config)),
          .routes = discovery(envoy::routes, {envoy_routes(config, options)}),
          .secrets = discovery(envoy::secret, listener_secrets(config, options)),
          .listeners = discovery(envoy::listener, envoy_listeners(config, options))};
}

std::string live_settings(const config::Config& config, std::uint64_t generation) {
  return json::serialize(settings_json(config, generation)) + "\n";
}

Discovery clusters_of_both(const config::Config& before, const config::Config& after, const RenderOptions& options) {
  json::array clusters = envoy_clusters(after, options);
  std::set<std::string> names;
  for (const json::value& cluster : clusters) names.insert(name_of(cluster));
  for (json::value& cluster : envoy_clusters(before, options)) {
    if (!names.contains(name_of(cluster))) clusters.push_back(std::move(cluster));
  }
  return cluster_file(std::move(clusters));
}

Discovery filters_of_both(const config::Config& before, const config::Config& after) {
  std::set<std::string> claims = claims_of(before);
  claims.merge(claims_of(after));
  return filters(after.jwt ? after : before, claims);
}

}  // namespace weir::gateway
