#include "gateway/alert_settings.hpp"

#include "api/sha256.hpp"
#include "config/environment.hpp"
#include "config/url.hpp"
#include "gateway/settings.hpp"
#include "gateway/settings_json.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace weir::gateway {

namespace {

using std::chrono::nanoseconds;

constexpr std::size_t digits_of_name = 8;

// What is held at once has no windows: a key that stays near its limit is told of so often.
constexpr nanoseconds window_without_period = std::chrono::minutes(1);

// Of months and years the longest.
nanoseconds length_of(const Period& period) {
  switch (period.kind()) {
    case Period::Kind::month:
      return std::chrono::hours(24 * 31);
    case Period::Kind::year:
      return std::chrono::hours(24 * 366);
    case Period::Kind::fixed:
      break;
  }
  return period.length() > nanoseconds(0) ? period.length() : window_without_period;
}

bool names_variables(std::string_view written) {
  const auto expanded = config::expand(written, [](std::string_view) { return std::nullopt; });
  return !expanded || !expanded->variables.empty();
}

std::string name_of(const config::Secret& secret) {
  return std::string(alert_secret_variable) + api::to_hex(api::sha256(secret.value)).substr(0, digits_of_name);
}

std::string reference(const config::Secret& secret) {
  return names_variables(secret.written) ? secret.written : "${" + name_of(secret) + "}";
}

void resolve(config::Secret& secret, const std::string& what, const config::Environment& environment) {
  const auto expanded = config::expand(secret.written, environment);
  if (!expanded) {
    throw std::runtime_error(what + (expanded.error().contains(alert_secret_variable)
                                         ? ": another secret takes effect at the next start"
                                         : ": " + expanded.error()));
  }
  secret.value = expanded->text;
}

}  // namespace

boost::json::value write_alert(const config::Alert& alert) {
  boost::json::object object{{"limit", alert.limit}, {"webhook", alert.webhook.written}};
  if (alert.share > 0) {
    object["share"] = alert.share;
  } else {
    object["refusals"] = alert.refusals;
    object["per"] = duration_text(alert.per);
  }
  if (alert.secret) object["secret"] = reference(*alert.secret);
  return object;
}

config::Alert read_alert(const boost::json::value& object) {
  config::Alert alert;
  read(object, "limit", alert.limit);
  read(object, "share", alert.share);
  read(object, "refusals", alert.refusals);
  read(object, "per", alert.per);
  read(object, "webhook", alert.webhook.written);
  if (const auto* secret = member(object, "secret"))
    alert.secret = config::Secret{.value = {}, .written = text_of(*secret)};
  return alert;
}

std::vector<std::pair<std::string, std::string>> alert_secrets(const std::vector<config::Alert>& alerts) {
  std::vector<std::pair<std::string, std::string>> secrets;
  for (const config::Alert& alert : alerts) {
    if (alert.secret && !names_variables(alert.secret->written)) {
      secrets.emplace_back(name_of(*alert.secret), alert.secret->value);
    }
  }
  return secrets;
}

std::vector<std::string> alert_texts_written(const std::vector<config::Alert>& alerts) {
  std::vector<std::string> written;
  for (const config::Alert& alert : alerts) {
    written.push_back(alert.webhook.written);
    if (alert.secret) written.push_back(reference(*alert.secret));
  }
  return written;
}

void resolve_alerts(std::vector<config::Alert>& alerts, const config::Environment& environment) {
  for (config::Alert& alert : alerts) {
    const std::string what = "an alert of limit '" + alert.limit + "': ";
    resolve(alert.webhook, what + "webhook", environment);
    if (!config::parse_full_url(alert.webhook.value)) throw std::runtime_error(what + "its webhook is no URL");
    if (alert.secret) resolve(*alert.secret, what + "secret", environment);
  }
}

std::vector<alerts::Terms> alert_terms(const std::vector<config::Alert>& alerts,
                                       const std::vector<config::Limit>& limits) {
  std::vector<alerts::Terms> terms;
  for (const config::Alert& alert : alerts) {
    const auto limit = std::ranges::find(limits, alert.limit, &config::Limit::name);
    const auto url = config::parse_full_url(alert.webhook.value);
    if (limit == limits.end() || !url) continue;
    const bool share = alert.share > 0;
    terms.push_back({.limit = alert.limit,
                     .kind = share ? alerts::Kind::share : alerts::Kind::refusals,
                     .at = share ? alert.share : alert.refusals,
                     .per = alert.per,
                     .window = length_of(limit->rule.period),
                     .ends = limit->rule.algorithm == Algorithm::fixed_window,
                     .webhook = {.tls = url->tls, .host = url->host, .port = url->port, .target = url->path},
                     .secret = alert.secret ? alert.secret->value : std::string()});
  }
  return terms;
}

}  // namespace weir::gateway
