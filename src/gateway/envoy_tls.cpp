#include "gateway/envoy_tls.hpp"

#include "gateway/envoy_discovery.hpp"
#include "gateway/envoy_types.hpp"
#include "gateway/host_kind.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace weir::gateway {

namespace json = boost::json;

namespace {

constexpr const char* secret_name = "weir_listen";

json::object certificate(const config::Tls& tls) {
  return {{"certificate_chain", json::object{{"filename", tls.certificate}}},
          {"private_key", json::object{{"filename", tls.key}}}};
}

json::value transport_socket(json::object context) {
  return json::object{{"name", "envoy.transport_sockets.tls"}, {"typed_config", std::move(context)}};
}

}  // namespace

json::value upstream_tls(const config::Upstream& upstream, const RenderOptions& options) {
  const bool named = host_kind(upstream.host) == HostKind::name;
  json::object validation{{"trusted_ca", json::object{{"filename", options.ca_file}}},
                          {"match_typed_subject_alt_names",
                           json::array{json::object{{"san_type", named ? "DNS" : "IP_ADDRESS"},
                                                    {"matcher", json::object{{"exact", upstream.host}}}}}}};
  json::object context{{"@type", envoy::upstream_tls},
                       {"common_tls_context", json::object{{"validation_context", std::move(validation)}}}};
  if (named) context["sni"] = upstream.host;
  return transport_socket(std::move(context));
}

json::value listener_tls(const config::Tls& tls, const RenderOptions& options) {
  json::object common{{"alpn_protocols", json::array{"h2", "http/1.1"}}};
  if (options.folder.empty()) {
    common["tls_certificates"] = json::array{certificate(tls)};
  } else {
    common["tls_certificate_sds_secret_configs"] = json::array{
        json::object{{"name", secret_name}, {"sds_config", config_source(options.folder, live_file::secrets)}}};
  }
  return transport_socket({{"@type", envoy::downstream_tls}, {"common_tls_context", std::move(common)}});
}

json::array listener_secrets(const config::Config& config, const RenderOptions& options) {
  if (!config.tls) return {};
  json::object files = certificate(*config.tls);
  // Whatever is renamed into our folder makes Envoy read the two files again; where they are, theirs may be written in
  // place, or swapped by a link far away, which Envoy would not see.
  files["watched_directory"] = json::object{{"path", options.folder}};
  return {json::object{{"name", secret_name}, {"tls_certificate", std::move(files)}}};
}

}  // namespace weir::gateway
