// denials.cpp: the deny list. An entry names a limit, or none: then it holds for whoever any limit's key names, and for
// the client's address.
#include "api/call.hpp"
#include "api/decision_json.hpp"
#include "api/json_body.hpp"
#include "api/json_text.hpp"
#include "api/run_time_change.hpp"
#include "api/set_elsewhere.hpp"
#include "api/target.hpp"
#include "config/duration.hpp"

#include <algorithm>
#include <utility>

namespace weir::api {
namespace {

constexpr std::string_view glob_characters = "*?\\";

// A list stands for that key alone: what is a glob's in it is plain.
std::string pattern_of(const GivenKey& key) {
  if (key.parts.empty() || key.text.find_first_of("*?") == std::string::npos) return key.text;
  std::string pattern;
  for (const char c : key.text) {
    if (glob_characters.contains(c)) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::string without_escapes(std::string_view pattern) {
  std::string text;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    text += pattern[at];
  }
  return text;
}

// The parts that a limit's entry stands for when it was given as a list.
std::optional<std::vector<std::string>> parts_of(std::string_view pattern, const NamedLimit* limit) {
  if (limit == nullptr || limit->config->key.size() == 1) return std::nullopt;
  const bool escaped = pattern.find_first_of("*?") != std::string_view::npos;
  return escaped ? listed_parts(without_escapes(pattern)) : listed_parts(pattern);
}

bool is_of_configuration(std::string_view pattern, const NamedLimit& limit) {
  return std::ranges::any_of(limit.config->deny, [&](const config::Pattern& own) {
    return own.kind == config::Pattern::Kind::regex ? pattern == "~" + own.text : pattern == own.text;
  });
}

void append_entry(std::string& out, const DenyEntry& entry, const NamedLimit* limit) {
  out += R"({"value":)";
  if (const auto parts = parts_of(entry.pattern, limit)) {
    for (std::size_t at = 0; at < parts->size(); ++at) {
      out += at == 0 ? "[" : ",";
      append_json(out, (*parts)[at]);
    }
    out += "]";
  } else {
    append_json(out, entry.pattern);
  }
  // What JSON can't hold, in the form that the path takes.
  if (!is_utf8(entry.pattern)) out.append(R"(,"value_encoded":")").append(percent_encoded(entry.pattern)).append("\"");
  out.append(R"(,"expires_ms":)").append(entry.expires ? std::to_string(unix_milliseconds(*entry.expires)) : "null");
  if (limit != nullptr) {
    out += R"(,"limit":)";
    append_json(out, limit->config->name);
    if (is_of_configuration(entry.pattern, *limit)) out += R"(,"source":"config")";
  }
  out += '}';
}

void append_entries(std::string& out, std::vector<DenyEntry> entries, const NamedLimit* limit) {
  std::ranges::sort(entries, {}, &DenyEntry::pattern);
  for (const DenyEntry& entry : entries) {
    if (!out.ends_with('[')) out += ',';
    append_entry(out, entry, limit);
  }
}

// What is asked of which list.
struct Wanted {
  std::optional<NamedLimit> limit;  // none: of the list that names no limit
  std::string pattern;
  std::optional<std::chrono::nanoseconds> ttl;
};

Result<Wanted> of_limit(const Service& service, std::string_view name, std::string value) {
  const auto limit = limit_named(service, name);
  if (!limit) return std::unexpected(limit.error());
  if (limit->config->key.size() == 1 || !listed_parts(value)) {
    return Wanted{.limit = *limit, .pattern = std::move(value), .ttl = {}};
  }
  const auto key = key_of(std::move(value), *limit->config);
  if (!key) return std::unexpected(key.error());
  return Wanted{.limit = *limit, .pattern = pattern_of(*key), .ttl = {}};
}

// `limit` is in the body, or in the query for clients that send no body with DELETE.
Result<Wanted> read_wanted(const Call& call, std::initializer_list<std::string_view> members) {
  const auto body = read_optional_object(call.request);
  if (!body) return std::unexpected(body.error());
  if (const auto known = only_members(*body, members); !known) return std::unexpected(known.error());
  const std::string& value = call.names.front();
  if (value.empty()) return refuse(422, "The value to deny is empty.");
  const auto in_query = query_values(call.query, "limit");
  const Json* named = member(*body, "limit");
  if (!in_query) return refuse(400, "A % in the query is not followed by two hexadecimal digits.");
  if (in_query->size() + (named == nullptr ? 0 : 1) > 1) return refuse(422, "More than one limit is named.");

  Wanted wanted{.limit = {}, .pattern = value, .ttl = {}};
  if (named != nullptr || !in_query->empty()) {
    std::string_view name;
    if (named != nullptr) {
      const auto text = text_of(*named, "limit");
      if (!text) return std::unexpected(text.error());
      name = *text;
    } else {
      name = in_query->front();
    }
    auto of = of_limit(call.service, name, value);
    if (!of) return of;
    wanted = *std::move(of);
  }
  if (const Json* ttl = member(*body, "ttl")) {
    const auto length = duration_of(*ttl, "ttl", config::max_duration);
    if (!length) return std::unexpected(length.error());
    wanted.ttl = *length;
  }
  return wanted;
}

}  // namespace

Response list_denied(const Call& call) {
  const Service& service = call.service;
  std::string body = R"({"deny":[)";
  append_entries(body, service.deny_list().entries(service.now()), nullptr);
  SetElsewhere elsewhere;
  for (const NamedLimit& limit : service.limits()) append_entries(body, elsewhere.denied_by(*limit.limiter), &limit);
  return json_response(200, body.append("]}\n"));
}

Response deny(const Call& call) {
  auto wanted = read_wanted(call, {"limit", "ttl"});
  if (!wanted) return std::move(wanted.error());
  // It is denied for ever already; an entry that ends would lift that.
  if (wanted->limit && is_of_configuration(wanted->pattern, *wanted->limit)) return no_content();
  return change(call.service, "This cannot be denied: ", [&](limiter::OnSet done) {
    wanted->limit
        ? limiter::deny(*wanted->limit->limiter, wanted->pattern, wanted->ttl, std::move(done))
        : limiter::deny(call.service.deny_list(), wanted->pattern, wanted->ttl, call.service.now(), std::move(done));
  });
}

Response undeny(const Call& call) {
  auto wanted = read_wanted(call, {"limit"});
  if (!wanted) return std::move(wanted.error());
  if (wanted->limit && is_of_configuration(wanted->pattern, *wanted->limit)) {
    return problem(409, "The configuration denies this value: change it there.");
  }
  return change(call.service, "This cannot be allowed: ", [&](limiter::OnSet done) {
    wanted->limit ? limiter::undeny(*wanted->limit->limiter, wanted->pattern, std::move(done))
                  : limiter::undeny(call.service.deny_list(), wanted->pattern, std::move(done));
  });
}

}  // namespace weir::api
