// reservations.cpp: a cost held now and settled later, by whoever knows its id.
#include "api/call.hpp"
#include "api/checks.hpp"
#include "api/decision_json.hpp"
#include "api/metrics.hpp"
#include "api/target.hpp"
#include "limiter/decision.hpp"
#include "limiter/random_bits.hpp"
#include "limiter/store_handle.hpp"

#include <algorithm>
#include <utility>

namespace weir::api {
namespace {

constexpr std::chrono::nanoseconds longest_lease = std::chrono::days(7);

// Unlimited limits hold nothing, and the limiters keep no id for it; it can be settled all the same. False when the id
// was used for another call.
bool remember(const Service& service, const ReserveOptions& options) {
  bool known_otherwise = false;  // a store that answers later has room for it, or not: nothing depends on it
  const auto room = service.store().impl().room;
  const store::Call nothing{.checks = {}, .now = service.now(), .id = options.id, .lease = options.lease};
  if (room->immediate()) {
    room->decide(nothing,
                 [&](const store::Answer& answer) { known_otherwise = answer.status == store::Status::conflict; });
  }
  return !known_otherwise;
}

// False when it was refused.
bool hold_all(const Service& service, std::span<const GivenCheck> checks, std::span<Decision> decisions,
              const ReserveOptions& options) {
  const Sorted sorted = sort_out(service, checks, decisions);
  if (sorted.denied) return false;
  auto held = reserve_all(sorted.asked, options);
  const auto found = held ? held->decisions() : std::span<const Decision>(held.error().decisions);
  for (std::size_t at = 0; at < sorted.places.size(); ++at) decisions[sorted.places[at]] = found[at];
  if (!held) return false;
  held->leave();
  const bool holds =
      std::ranges::any_of(decisions, [](const Decision& decision) { return decision.limit.has_value(); });
  if (holds || remember(service, options)) return true;
  decisions.front() = limiter::refused(Reason::id_conflict);
  return false;
}

Response settled(const Settled& settled, Response done) {
  if (settled) return done;
  switch (settled.error()) {
    case SettleError::unknown:
      return problem(404, "No reservation has this id, or it is forgotten.");
    case SettleError::conflict:
      return problem(409, "This reservation was settled with another amount, or has another number of parts.");
    case SettleError::down:
      break;
  }
  return store_is_down();
}

Result<std::vector<std::int64_t>> read_amounts(const Json& body) {
  if (auto known = only_members(body, {"amount", "amounts"}); !known) return std::unexpected(known.error());
  const Json* one = member(body, "amount");
  const Json* each = member(body, "amounts");
  if ((one == nullptr) == (each == nullptr)) {
    return refuse(400, "Either 'amount' or 'amounts' is needed: what was really used.");
  }
  std::vector<std::int64_t> amounts;
  if (one != nullptr) {
    const auto amount = whole_of(*one, "amount", 0, max_count - 1);
    if (!amount) return std::unexpected(amount.error());
    amounts.push_back(*amount);
    return amounts;
  }
  if (each->kind != Json::Kind::list) return refuse(400, "'amounts' must be a list of numbers.");
  if (each->items.empty() || each->items.size() > max_checks) return refuse(422, "'amounts' must hold 1 to 64.");
  for (const Json& item : each->items) {
    const auto amount = whole_of(item, "amounts", 0, max_count - 1);
    if (!amount) return std::unexpected(amount.error());
    amounts.push_back(*amount);
  }
  return amounts;
}

}  // namespace

Response reserve(const Call& call) {
  auto body = read_object(call.request);
  if (!body) return std::move(body.error());
  if (auto known = only_members(*body, {"limit", "key", "amount", "checks", "id", "lease"}); !known) {
    return std::move(known.error());
  }
  auto id = read_id(*body);
  if (!id) return std::move(id.error());
  const std::string own_id = id->empty() ? limiter::random_id() : std::string();
  ReserveOptions options{.id = id->empty() ? std::string_view(own_id) : *id};
  if (const Json* lease = member(*body, "lease")) {
    auto length = duration_of(*lease, "lease", longest_lease);
    if (!length) return std::move(length.error());
    options.lease = *length;
  }
  auto given = read_checks(call.service, *body, "amount", 0);
  if (!given) return std::move(given.error());

  std::vector<Decision> decisions(given->checks.size());
  const auto start = std::chrono::steady_clock::now();
  const bool granted = hold_all(call.service, given->checks, decisions, options);
  call.service.metrics()
      .decision_seconds_of(call.service.store().impl().room->immediate())
      .record(std::chrono::steady_clock::now() - start);
  count(call.service, given->checks, decisions);
  if (auto answered = decided(decisions); !answered) return std::move(answered.error());
  if (!granted) return json_response(200, decision_body(decisions, given->as_list, *id));
  Response response = json_response(201, decision_body(decisions, given->as_list, options.id));
  response.headers.push_back({"location", "/api/v1/reservations/" + percent_encoded(options.id)});
  return response;
}

Response settle(const Call& call) {
  auto body = read_object(call.request);
  if (!body) return std::move(body.error());
  auto amounts = read_amounts(*body);
  if (!amounts) return std::move(amounts.error());
  const std::string& id = call.names.front();
  std::string done = R"({"settled":true})";
  return settled(call.service.store().settle(id, *amounts), json_response(200, done + "\n"));
}

Response release(const Call& call) { return settled(call.service.store().release(call.names.front()), no_content()); }

}  // namespace weir::api
