#include "gateway/envoy_jwt.hpp"

#include "gateway/envoy_clusters.hpp"
#include "gateway/envoy_types.hpp"
#include "gateway/jwt_claim_header.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace weir::gateway {

namespace json = boost::json;

namespace {

void add_claim(std::set<std::string>& claims, const config::KeySource& source) {
  if (source.kind == config::KeySource::Kind::jwt) claims.insert(source.name);
}

json::object remote_keys(const config::Upstream& jwks) {
  const std::string url = (jwks.tls ? "https://" : "http://") + authority_of(jwks) + jwks.path;
  return {{"http_uri", json::object{{"uri", url}, {"cluster", jwks_cluster}, {"timeout", "5s"}}},
          {"cache_duration", "300s"},  // how late a key that its issuer takes back is noticed
          // Fetched ahead of the first token, again 10 s after a failure; requests never wait for the refresh.
          {"async_fetch", json::object{{"fast_listener", true}, {"failed_refetch_duration", "10s"}}}};
}

}  // namespace

std::set<std::string> claims_of(const config::Config& config) {
  std::set<std::string> claims;
  for (const config::Limit& limit : config.limits) {
    for (const config::KeySource& source : limit.key) add_claim(claims, source);
    for (const config::Condition& condition : limit.when) add_claim(claims, condition.source);
  }
  return claims;
}

json::object envoy_jwt(const config::Config& config, const std::set<std::string>& claims) {
  json::object filter{{"@type", envoy::jwt}};
  if (!config.jwt) return filter;
  json::array audiences;
  for (const std::string& audience : config.jwt->audiences) audiences.push_back(json::value(audience));
  json::array headers;
  for (const std::string& claim : claims) {
    headers.push_back(json::object{{"header_name", jwt_claim_header(claim)}, {"claim_name", claim}});
  }
  json::object provider{
      {"issuer", config.jwt->issuer},
      {"remote_jwks", remote_keys(config.jwt->jwks)},
      {"from_headers", json::array{json::object{{"name", "authorization"}, {"value_prefix", "Bearer "}}}},
      {"forward", true},  // the upstream may want to look at the token too
      {"jwt_cache_config", json::object{{"jwt_cache_size", 1000}}}};
  if (!audiences.empty()) provider["audiences"] = std::move(audiences);
  if (!headers.empty()) provider["claim_to_headers"] = std::move(headers);
  filter["providers"] = json::object{{"weir", std::move(provider)}};
  filter["rules"] = json::array{json::object{
      {"match", json::object{{"prefix", "/"}}},
      {"requires",
       json::object{{"requires_any",
                     json::object{{"requirements", json::array{json::object{{"provider_name", "weir"}},
                                                               json::object{{"allow_missing", json::object{}}}}}}}}}}};
  return filter;
}

}  // namespace weir::gateway
