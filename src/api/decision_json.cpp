#include "api/decision_json.hpp"

#include "api/json_text.hpp"

#include <algorithm>

namespace weir::api {
namespace {

void append_wait(std::string& out, const std::optional<std::chrono::nanoseconds>& wait) {
  out += wait ? std::to_string(milliseconds_until(*wait)) : "null";
}

std::string_view word(bool value) { return value ? "true" : "false"; }

}  // namespace

std::int64_t milliseconds_until(std::chrono::nanoseconds time) {
  return std::chrono::ceil<std::chrono::milliseconds>(time).count();
}

std::int64_t unix_milliseconds(Instant time) { return milliseconds_until(time.time_since_epoch()); }

void append_members(std::string& out, const Decision& decision) {
  out.append(R"("allowed":)").append(word(decision.allowed));
  out.append(R"(,"limit":)").append(decision.limit ? std::to_string(*decision.limit) : "null");
  out.append(R"(,"remaining":)").append(std::to_string(decision.remaining));
  if (decision.debt > 0) out.append(R"(,"debt":)").append(std::to_string(decision.debt));
  out.append(R"(,"reset_ms":)").append(std::to_string(unix_milliseconds(decision.reset)));
  out.append(R"(,"retry_after_ms":)");
  append_wait(out, decision.retry_after);
  out.append(R"(,"reason":")").append(to_string(decision.reason));
  out.append(R"(","degraded":)").append(word(decision.degraded));
}

Verdict together(std::span<const Decision> decisions) {
  Verdict all;
  for (const Decision& decision : decisions) {
    if (decision.allowed) continue;
    all.allowed = false;
    if (!decision.retry_after) {
      all.retry_after.reset();
    } else if (all.retry_after) {
      all.retry_after = std::max(*all.retry_after, *decision.retry_after);
    }
  }
  return all;
}

std::string decision_body(std::span<const Decision> decisions, bool as_list, std::string_view id) {
  std::string body;
  body.reserve(64 + id.size() + decisions.size() * 192);
  body += '{';
  if (!id.empty()) {
    body.append(R"("id":)");
    append_json(body, id);
    body += ',';
  }
  if (!as_list) {
    append_members(body, decisions.front());
    return body.append("}\n");
  }
  const Verdict all = together(decisions);
  body.append(R"("allowed":)").append(word(all.allowed)).append(R"(,"retry_after_ms":)");
  append_wait(body, all.retry_after);
  body.append(R"(,"checks":[)");
  for (bool first = true; const Decision& decision : decisions) {
    body += first ? "{" : ",{";
    first = false;
    append_members(body, decision);
    body += '}';
  }
  return body.append("]}\n");
}

std::optional<Outcome> outcome_of(const Decision& decision, bool all_allowed) {
  if (decision.reason == Reason::shadow) return Outcome::shadow;
  if (decision.allowed) return all_allowed ? std::optional(Outcome::allowed) : std::nullopt;
  switch (decision.reason) {
    case Reason::denied:
      return Outcome::denied;
    case Reason::store_down:
    case Reason::store_timeout:  // with a limit it was decided here, in the store's place
      return decision.limit ? Outcome::limited : Outcome::error;
    case Reason::id_conflict:
      return std::nullopt;
    default:
      return Outcome::limited;
  }
}

}  // namespace weir::api
