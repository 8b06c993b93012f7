#include "api/checks.hpp"

#include "api/alerted.hpp"
#include "api/call.hpp"
#include "api/decision_json.hpp"
#include "api/recorded.hpp"
#include "limiter/decision.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace weir::api {
namespace {

Result<GivenCheck> read_check(const Service& service, const Json& object, std::string_view number, std::int64_t least) {
  if (object.kind != Json::Kind::object) return refuse(400, "'checks' must be a list of objects.");
  const Json* name = member(object, "limit");
  const Json* key = member(object, "key");
  const Json* amount = member(object, number);
  if (name == nullptr) return refuse(400, "'limit' is missing: the name of a limit.");
  if (key == nullptr) return refuse(400, "'key' is missing: whom to count.");
  const auto named = text_of(*name, "limit");
  if (!named) return std::unexpected(named.error());
  const auto limit = limit_named(service, *named);
  if (!limit) return std::unexpected(limit.error());
  auto given = key_of(*key, *limit->config);
  if (!given) return std::unexpected(std::move(given.error()));
  GivenCheck check{.limit = *limit, .key = *std::move(given), .amount = limit->config->cost};
  if (amount == nullptr) return check;
  const auto read = whole_of(*amount, number, least, max_count - 1);
  if (!read) return std::unexpected(read.error());
  check.amount = *read;
  return check;
}

bool says_who_comes(config::KeySource::Kind kind) {
  using Kind = config::KeySource::Kind;
  return kind == Kind::ip || kind == Kind::header || kind == Kind::cookie || kind == Kind::query || kind == Kind::jwt;
}

bool applies(const NamedLimit& limit, std::string_view key, Instant now) {
  return limit.only == nullptr || limit.only->empty() || limit.only->find(key, now).has_value();
}

}  // namespace

Result<GivenChecks> read_checks(const Service& service, const Json& body, std::string_view number, std::int64_t least) {
  GivenChecks given;
  const Json* list = member(body, "checks");
  if (list == nullptr) {
    auto check = read_check(service, body, number, least);
    if (!check) return std::unexpected(std::move(check.error()));
    given.checks.push_back(*std::move(check));
    return given;
  }
  given.as_list = true;
  for (const std::string_view alone : {std::string_view("limit"), std::string_view("key"), number}) {
    if (member(body, alone) != nullptr) {
      return refuse(400, "'" + std::string(alone) + "' and 'checks' do not go together.");
    }
  }
  if (list->kind != Json::Kind::list) return refuse(400, "'checks' must be a list of objects.");
  if (list->items.empty() || list->items.size() > max_checks) return refuse(422, "'checks' must hold 1 to 64 checks.");
  given.checks.reserve(list->items.size());
  for (const Json& item : list->items) {
    if (const auto known = only_members(item, {"limit", "key", number}); !known) {
      return std::unexpected(known.error());
    }
    auto check = read_check(service, item, number, least);
    if (!check) return std::unexpected(std::move(check.error()));
    given.checks.push_back(*std::move(check));
  }
  return given;
}

Result<std::string_view> read_id(const Json& body) {
  const Json* id = member(body, "id");
  if (id == nullptr) return std::string_view{};
  const auto text = text_of(*id, "id");
  if (text && (text->empty() || text->size() > longest_id)) return refuse(422, "'id' must have 1 to 256 bytes.");
  return text;
}

bool is_denied(const Service& service, const NamedLimit& limit, const GivenKey& key) {
  const limiter::DenyList& list = service.deny_list();
  if (list.empty() || limit.config->shadow) return false;
  const Instant now = service.now();
  const auto& sources = limit.config->key;
  if (key.parts.empty()) return says_who_comes(sources.front().kind) && list.denies(key.text, now);
  for (std::size_t at = 0; at < key.parts.size(); ++at) {
    const config::KeySource& source = sources[std::min(at, sources.size() - 1)];
    if (says_who_comes(source.kind) && list.denies(key.parts[at], now)) return true;
  }
  return false;
}

Decision look(const Service& service, const NamedLimit& limit, const GivenKey& key) {
  if (is_denied(service, limit, key)) return limiter::refused(Reason::denied);
  if (!applies(limit, key.text, service.now())) return limiter::unlimited_decision();
  return limit.limiter->remaining(key.text);
}

Sorted sort_out(const Service& service, std::span<const GivenCheck> checks, std::span<Decision> decisions) {
  Sorted sorted;
  sorted.asked.reserve(checks.size());
  const Instant now = service.now();
  for (std::size_t at = 0; at < checks.size(); ++at) {
    const GivenCheck& check = checks[at];
    if (is_denied(service, check.limit, check.key)) {
      decisions[at] = limiter::refused(Reason::denied);
      sorted.denied = true;
    } else if (!applies(check.limit, check.key.text, now)) {
      decisions[at] = limiter::unlimited_decision();
    } else {
      sorted.asked.emplace_back(*check.limit.limiter, check.key.text, check.amount);
      sorted.places.push_back(at);
    }
  }
  if (!sorted.denied) return sorted;
  for (const std::size_t at : sorted.places) {
    decisions[at] = checks[at].limit.limiter->remaining(checks[at].key.text);
  }
  return sorted;
}

void count(const Service& service, std::span<const GivenCheck> checks, std::span<const Decision> decisions) {
  const bool allowed = together(decisions).allowed;
  const Instant now = service.now();
  for (std::size_t at = 0; at < checks.size(); ++at) {
    const auto outcome = outcome_of(decisions[at], allowed);
    if (!outcome) continue;
    const auto& [limit, key, amount] = checks[at];
    if (limit.metrics != nullptr) limit.metrics->count(*outcome);
    record(service.analytics(), limit.recorded, key.text, *outcome, charged(decisions[at]) ? amount : 0, now);
    see(limit.alerts, decisions[at], *outcome, key.text, limit.config->key.size(), now);
  }
}

Result<void> decided(std::span<const Decision> decisions) {
  if (std::ranges::find(decisions, Reason::id_conflict, &Decision::reason) != decisions.end()) {
    return refuse(409, "This id was used for another call.");
  }
  // What stands in for a store that is away gives the same reasons, and knows the limit.
  const auto unanswered = [](const Decision& decision) {
    return !decision.allowed && !decision.limit &&
           (decision.reason == Reason::store_down || decision.reason == Reason::store_timeout);
  };
  if (std::ranges::any_of(decisions, unanswered)) return std::unexpected(store_is_down());
  return {};
}

}  // namespace weir::api
