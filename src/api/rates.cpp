// rates.cpp: which limits there are, and their rates: the configuration's, and those set at run time for all keys or
// for one.
#include "api/call.hpp"
#include "api/json_body.hpp"
#include "api/json_text.hpp"
#include "api/limit_text.hpp"
#include "api/rate_text.hpp"
#include "api/run_time_change.hpp"
#include "api/set_elsewhere.hpp"
#include "config/algorithm_word.hpp"

#include <utility>

namespace weir::api {
namespace {

// {"limit"} or {"limit","key"}: whom a rate is for.
struct Whom {
  NamedLimit limit;
  std::optional<GivenKey> key{};
};

Result<Whom> whom(const Call& call) {
  const auto limit = limit_of(call);
  if (!limit) return std::unexpected(limit.error());
  if (call.names.size() < 2) return Whom{.limit = *limit};
  auto key = key_of(call, *limit);
  if (!key) return std::unexpected(std::move(key.error()));
  return Whom{.limit = *limit, .key = *std::move(key)};
}

void append_key(std::string& out, const config::Limit& limit) {
  if (limit.key.size() == 1) return append_json(out, key_source_text(limit.key.front()));
  for (std::size_t at = 0; at < limit.key.size(); ++at) {
    out += at == 0 ? "[" : ",";
    append_json(out, key_source_text(limit.key[at]));
  }
  out += "]";
}

// An unlimited rule has none of its own.
Algorithm algorithm_in_force(const NamedLimit& limit, const Rate& rate) {
  const Algorithm own = limit.config->rule.algorithm;
  return rate.rule.algorithm == Algorithm::unlimited ? own : rate.rule.algorithm;
}

}  // namespace

Response list_limits(const Call& call) {
  std::string body = R"({"limits":[)";
  SetElsewhere elsewhere;
  for (bool first = true; const NamedLimit& limit : call.service.limits()) {
    const Rate rate = elsewhere.rate_of(*limit.limiter);
    body += first ? R"({"name":)" : R"(,{"name":)";
    first = false;
    append_json(body, limit.config->name);
    body += ',';
    append_rate_members(body, rate.rule);
    body.append(R"(,"algorithm":")")
        .append(config::algorithm_word(algorithm_in_force(limit, rate)))
        .append(R"(","key":)");
    append_key(body, *limit.config);
    body += R"(,"unit":"requests")";
    if (rate.runtime) body += R"(,"source":"runtime")";
    if (limit.config->shadow) body += R"(,"shadow":true)";
    body += '}';
  }
  return json_response(200, body.append("]}\n"));
}

Response rate(const Call& call) {
  auto found = whom(call);
  if (!found) return std::move(found.error());
  const Limiter& limiter = *found->limit.limiter;
  Rate rate = found->key ? limiter.rate(found->key->text) : limiter.rate();
  if (rate.rule == limiter.rate().rule) rate = SetElsewhere().rate_of(limiter);
  std::string body = "{";
  append_rate_members(body, rate.rule);
  body.append(R"(,"source":")").append(rate.runtime ? "runtime" : "config").append("\"}\n");
  return json_response(200, std::move(body));
}

Response set_rate(const Call& call) {
  auto found = whom(call);
  if (!found) return std::move(found.error());
  auto body = read_object(call.request);
  if (!body) return std::move(body.error());
  if (auto known = only_members(*body, {"rate", "burst", "anchor"}); !known) return std::move(known.error());
  const Json* written = member(*body, "rate");
  if (written == nullptr) return problem(400, "'rate' is missing: one like 100/1m.");
  auto text = text_of(*written, "rate");
  if (!text) return std::move(text.error());
  GivenRate given{.rate = *text};
  if (const Json* burst = member(*body, "burst")) {
    auto units = whole_of(*burst, "burst", 1, max_count);
    if (!units) return std::move(units.error());
    given.burst = *units;
  }
  if (const Json* anchor = member(*body, "anchor")) {
    auto date = text_of(*anchor, "anchor");
    if (!date) return std::move(date.error());
    given.anchor = *date;
  }
  auto rule = rule_at_run_time(*found->limit.config, given);
  if (!rule) return std::move(rule.error());
  Limiter& limiter = *found->limit.limiter;
  return change(call.service, "This rate cannot be used: ", [&](limiter::OnSet done) {
    found->key ? limiter::set_rate(limiter, found->key->text, *rule, std::move(done))
               : limiter::set_rate(limiter, *rule, std::move(done));
  });
}

Response clear_rate(const Call& call) {
  auto found = whom(call);
  if (!found) return std::move(found.error());
  Limiter& limiter = *found->limit.limiter;
  return change(call.service, "This rate cannot be cleared: ", [&](limiter::OnSet done) {
    found->key ? limiter::clear_rate(limiter, found->key->text, std::move(done))
               : limiter::clear_rate(limiter, std::move(done));
  });
}

}  // namespace weir::api
