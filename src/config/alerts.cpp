// alerts.cpp: the section `alerts`.
#include "config/duration.hpp"
#include "config/number.hpp"
#include "config/rate.hpp"
#include "config/sections.hpp"
#include "config/url.hpp"
#include "usage/price/decimal.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace weir::config {
namespace {

constexpr std::size_t most_alerts = 100;
constexpr std::size_t longest_secret = 4096;
constexpr std::int64_t most_refusals = 1'000'000;
constexpr std::string_view expected = "a mapping like { limit: NAME, at: 80%, webhook: https://HOST/PATH }";
constexpr std::string_view expected_share = "a share like 80%, above 0% and at most 100%, with at most four decimals";
constexpr std::string_view expected_refusals = "refusals like 100/1m: 1 to 1000000 in 1s to 7d";

struct Draft {
  Alert alert;
  const std::vector<Limit>* limits = nullptr;
  std::optional<Field> limit{};
  std::optional<Field> at{};
  std::optional<Field> refusals{};
  std::optional<Field> webhook{};
};

void read_limit(Reading& reading, const Field& field, Draft& draft) {
  draft.limit = field;
  const std::string* name = read_text(reading, field, "the name of a limit");
  if (name == nullptr) return;
  draft.alert.limit = *name;
  if (std::ranges::find(*draft.limits, *name, &Limit::name) != draft.limits->end()) return;
  std::vector<std::string_view> names;
  for (const Limit& limit : *draft.limits) names.push_back(limit.name);
  const std::string_view meant = nearest(*name, names);
  reading.errors.add(field.spot, "no limit is named " + shown(*field.node) +
                                     (meant.empty() ? "" : "; did you mean " + std::string(meant) + "?"));
}

// In millionths.
Parsed<std::int64_t> parse_share(std::string_view text) {
  constexpr std::int64_t nanos_of_millionth = 100'000;  // of a percent
  const auto no_share = [] { return refuse(std::string(expected_share)); };
  if (!text.ends_with('%')) return no_share();
  text.remove_suffix(1);
  const auto percent = usage::parse_decimal(text);
  if (!percent || percent->nanos % nanos_of_millionth != 0) return no_share();
  const std::int64_t share = percent->nanos / nanos_of_millionth;
  if (share < 1 || share > 1'000'000) return no_share();
  return share;
}

Parsed<Rate> parse_refusals(std::string_view text) {
  const auto rate = parse_rate(text);
  if (!rate || rate->kind != Rate::Kind::per_period || rate->period.kind() != Period::Kind::fixed ||
      rate->count > most_refusals || rate->period.length() < std::chrono::seconds(1) ||
      rate->period.length() > std::chrono::days(7)) {
    return refuse(std::string(expected_refusals));
  }
  return *rate;
}

bool is_webhook(std::string_view text) { return parse_full_url(text).has_value(); }
bool is_secret(std::string_view text) { return !text.empty() && text.size() <= longest_secret; }

constexpr Option<Draft> options[] = {
    {"limit", read_limit},
    {"at",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.at = field;
       if (const auto share = read_parsed(reading, field, expected_share, parse_share)) draft.alert.share = *share;
     }},
    {"refusals",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.refusals = field;
       const auto rate = read_parsed(reading, field, expected_refusals, parse_refusals);
       if (!rate) return;
       draft.alert.refusals = rate->count;
       draft.alert.per = rate->period.length();
     }},
    {"webhook",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.webhook = field;
       if (auto url = read_secret(reading, field, "a URL that starts with http:// or https://", is_webhook)) {
         draft.alert.webhook = *std::move(url);
       }
     }},
    {"secret",
     [](Reading& reading, const Field& field, Draft& draft) {
       if (auto secret = read_secret(reading, field, "a text of 1 to 4096 bytes", is_secret)) {
         draft.alert.secret = *std::move(secret);
       }
     }},
};

void check(Reading& reading, const Field& item, const Draft& draft) {
  const auto missing = [&](std::string_view what) { reading.errors.add(item.spot, std::string(what)); };
  if (!draft.limit) missing("'limit' is missing in an alert: the name of the limit that it looks at");
  if (!draft.webhook) missing("'webhook' is missing in an alert: the URL that is told, like https://host/path");
  if (!draft.at && !draft.refusals) {
    missing("an alert needs 'at', a share of the limit like 80%, or 'refusals', like 100/1m");
  }
  if (draft.at && draft.refusals) {
    reading.errors.add(draft.refusals->key_spot, "'at' and 'refusals' do not go together; write two alerts");
  }
  if (!draft.at || !draft.limit) return;
  const auto limit = std::ranges::find(*draft.limits, draft.alert.limit, &Limit::name);
  if (limit == draft.limits->end() || limit->rule.algorithm != Algorithm::unlimited || !limit->overrides.empty())
    return;
  reading.errors.add(draft.at->spot, "limit " + in_quotes(limit->name) + " is unlimited: nobody takes a share of it");
}

}  // namespace

void read_alerts(Reading& reading, const Field& field, const std::vector<Limit>& limits, std::vector<Alert>& alerts) {
  if (!read_list(reading, field, "a list of alerts, like [" + std::string(expected).substr(expected.find('{')) + "]")) {
    return;
  }
  if (field.node->items.size() > most_alerts) {
    return add_refusal(reading, field, {.expected = "at most 100 alerts"});
  }
  for (const YamlNode* node : field.node->items) {
    const Field item = item_of(field, *node);
    if (!read_mapping(reading, item, expected)) continue;
    Draft draft{.alert = {}, .limits = &limits};
    read_options(reading, *item.node, " in an alert", options, draft);
    check(reading, item, draft);
    alerts.push_back(std::move(draft.alert));
  }
}

}  // namespace weir::config
