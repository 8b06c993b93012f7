#include "gateway/settings.hpp"

#include "api/sha256.hpp"
#include "config/environment.hpp"
#include "gateway/alert_settings.hpp"
#include "gateway/base64.hpp"
#include "gateway/settings_json.hpp"
#include "gateway/store_reference.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <charconv>
#include <cstdint>

namespace weir::gateway {

namespace {

namespace json = boost::json;
using std::chrono::nanoseconds;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> units{{
    {"w", 604'800'000'000'000},
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"us", 1'000},
    {"ns", 1},
}};

json::value write_responses(const config::Responses& responses) {
  json::object object{{"headers", word(headers_words, responses.headers)},
                      {"body", word(body_words, responses.body)},
                      {"reset", word(reset_words, responses.reset)}};
  if (responses.body == config::Responses::Body::file) {
    object["file_type"] = responses.file_type;
    object["file_base64"] = base64_encoded(responses.file_body);
  }
  return object;
}
config::Responses read_responses(const json::value& object) {
  config::Responses responses;
  read(object, "headers", headers_words, responses.headers);
  read(object, "body", body_words, responses.body);
  read(object, "reset", reset_words, responses.reset);
  read(object, "file_type", responses.file_type);
  if (const auto* bytes = member(object, "file_base64")) responses.file_body = base64_decoded(bytes->as_string());
  return responses;
}

json::value write_store(const config::Store& store) {
  json::object object{{"url", store_reference(store.url)},
                      {"max_keys", store.max_keys},
                      {"rejection_cache", store.rejection_cache},
                      {"timeout", duration_text(store.timeout)},
                      {"on_error", word(on_error_words, store.on_error)},
                      {"namespace", store.name_space},
                      {"layout", word(layout_words, store.layout)}};
  if (store.local_share) object["local_share"] = *store.local_share;
  if (!store.regions.empty())
    object["regions"] = list(store.regions, [](const auto& url) { return json::value(store_reference(url)); });
  if (store.ip_deny_list) {
    object["ip_deny_list"] =
        json::object{{"threshold", store.ip_deny_list->threshold}, {"source", store.ip_deny_list->source}};
  }
  if (store.tls != config::StoreTls{}) {
    object["tls"] = json::object{{"ca", store.tls.ca},
                                 {"cert", store.tls.certificate},
                                 {"key", store.tls.key},
                                 {"server_name", store.tls.server_name}};
  }
  return object;
}
// URLs as they are written: resolve_store gives them their values.
config::Store read_store(const json::value& object) {
  config::Store store;
  if (const auto* url = member(object, "url"); url != nullptr && text_of(*url) != store.url.value) {
    store.url = {.value = {}, .written = text_of(*url)};
  }
  read(object, "max_keys", store.max_keys);
  read(object, "rejection_cache", store.rejection_cache);
  read(object, "timeout", store.timeout);
  read(object, "on_error", on_error_words, store.on_error);
  read(object, "namespace", store.name_space);
  read(object, "layout", layout_words, store.layout);
  if (const auto* list = member(object, "ip_deny_list")) {
    read(*list, "threshold", store.ip_deny_list.emplace().threshold);
    read(*list, "source", store.ip_deny_list->source);
  }
  if (const auto* share = member(object, "local_share")) store.local_share = share->to_number<double>();
  read_list(object, "regions", store.regions,
            [](const json::value& url) { return config::Secret{.value = {}, .written = text_of(url)}; });
  if (const auto* tls = member(object, "tls")) {
    read(*tls, "ca", store.tls.ca);
    read(*tls, "cert", store.tls.certificate);
    read(*tls, "key", store.tls.key);
    read(*tls, "server_name", store.tls.server_name);
  }
  return store;
}

json::value write_access_log(const config::AccessLog& log) {
  json::object object{{"to", word(access_log_words, log.to)}, {"key", word(access_log_key_words, log.key)}};
  if (!log.file.empty()) object["file"] = log.file;
  return object;
}
config::AccessLog read_access_log(const json::value& object) {
  config::AccessLog log;
  read(object, "to", access_log_words, log.to);
  read(object, "key", access_log_key_words, log.key);
  read(object, "file", log.file);
  return log;
}

json::value write_analytics(const config::Analytics& analytics) {
  return json::object{{"retention", duration_text(analytics.retention)},
                      {"bucket", duration_text(analytics.bucket)},
                      {"top", analytics.top}};
}
config::Analytics read_analytics(const json::value& object) {
  config::Analytics analytics;
  read(object, "retention", analytics.retention);
  read(object, "bucket", analytics.bucket);
  read(object, "top", analytics.top);
  return analytics;
}

// Whether a variable is in it, even one with a default.
bool names_variables(const config::Secret& secret) {
  const auto expanded = config::expand(secret.written, [](std::string_view) { return std::nullopt; });
  return !expanded || !expanded->variables.empty();
}

json::value write_admin(const config::Admin& admin) {
  json::object object;
  if (!admin.token) return object;
  if (names_variables(*admin.token)) {
    object["token_written"] = admin.token->written;
  } else {
    object["token_sha256"] = api::to_hex(api::sha256(admin.token->value));
  }
  return object;
}
AdminSettings read_admin(const json::value& object) {
  AdminSettings admin;
  read(object, "token_sha256", admin.token_sha256);
  read(object, "token_written", admin.token_written);
  return admin;
}

}  // namespace

nanoseconds read_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto number = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit = text.substr(static_cast<std::size_t>(number.ptr - text.data()));
  const auto found = std::ranges::find(units, unit, &std::pair<std::string_view, std::int64_t>::first);
  if (number.ec != std::errc{} || found == units.end()) {
    throw std::runtime_error("settings: no duration: '" + std::string(text) + "'");
  }
  return nanoseconds(count * found->second);
}

std::string duration_text(nanoseconds span) {
  if (span == nanoseconds(0)) return "0s";
  const auto unit = std::ranges::find_if(units, [&](const auto& one) { return span.count() % one.second == 0; });
  return std::to_string(span.count() / unit->second) + std::string(unit->first);
}

json::value settings_json(const config::Config& config, std::uint64_t generation) {
  json::object object{{"store", write_store(config.store)},
                      {"limits", list(config.limits, write_limit)},
                      {"responses", write_responses(config.responses)},
                      {"trusted_proxies", config.trusted_proxies},
                      {"escaped_slashes", word(escaped_slashes_words, config.escaped_slashes)},
                      {"tls", config.tls.has_value()},
                      {"access_log", write_access_log(config.access_log)},
                      {"generation", generation}};
  if (!config.prices.empty()) object["prices"] = write_prices(config.prices);
  if (config.analytics) object["analytics"] = write_analytics(*config.analytics);
  if (!config.alerts.empty()) object["alerts"] = list(config.alerts, write_alert);
  if (config.admin) object["admin"] = write_admin(*config.admin);
  return object;
}

Settings read_settings(std::string_view text) {
  const json::value object = json::parse(json::string_view(text.data(), text.size()));
  Settings settings;
  if (const auto* store = member(object, "store")) settings.store = read_store(*store);
  read_list(object, "limits", settings.limits, read_limit);
  read_prices(object, settings.prices);
  if (const auto* responses = member(object, "responses")) settings.responses = read_responses(*responses);
  read(object, "trusted_proxies", settings.trusted_proxies);
  read(object, "escaped_slashes", escaped_slashes_words, settings.escaped_slashes);
  read(object, "tls", settings.tls);
  if (const auto* log = member(object, "access_log")) settings.access_log = read_access_log(*log);
  if (const auto* analytics = member(object, "analytics")) settings.analytics = read_analytics(*analytics);
  read_list(object, "alerts", settings.alerts, read_alert);
  if (const auto* admin = member(object, "admin")) settings.admin = read_admin(*admin);
  read(object, "generation", settings.generation);
  return settings;
}

}  // namespace weir::gateway
