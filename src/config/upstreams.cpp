// upstreams.cpp: the section `upstreams`.
#include "config/header_map.hpp"
#include "config/normal_path.hpp"
#include "config/sections.hpp"
#include "config/url.hpp"

#include <algorithm>
#include <array>

namespace weir::config {
namespace {

void read_upstream_url(Reading& reading, const Field& field, Upstream& upstream) {
  auto url = read_url(reading, field, "a URL like http://127.0.0.1:9000", parse_url);
  if (!url) return;
  upstream.host = std::move(url->host);
  upstream.port = url->port;
  upstream.tls = url->tls;
  upstream.path = std::move(url->path);
}

// What belongs to one connection (RFC 9110, 7.6.1), and what says where a request goes: those are Envoy's.
constexpr auto reserved_headers =
    std::to_array<std::string_view>({"connection", "keep-alive", "proxy-connection", "te", "trailer",
                                     "transfer-encoding", "upgrade", "content-length"});

std::string refusal_of_header(std::string_view name) {
  if (name.starts_with(':')) return "the pseudo-header " + in_quotes(name) + " cannot be set; remove it";
  if (name == "host") return "the header 'host' cannot be set: an upstream sees the host of its 'url'; remove it";
  if (std::ranges::find(reserved_headers, name) == reserved_headers.end()) return {};
  return "the header " + in_quotes(name) + " belongs to the connection and cannot be set; remove it";
}

void read_headers(Reading& reading, const Field& field, Upstream& upstream) {
  upstream.headers = read_header_map(reading, field, refusal_of_header);
}

Parsed<std::string> parse_strip(std::string_view text) {
  const std::string shape = "the beginning of a path like /openai";
  if (!text.starts_with('/')) return refuse(shape, "did you mean /" + std::string(text) + "?");
  if (text.find('*') != std::string_view::npos) return refuse(shape + ", without *");
  while (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty()) return refuse(shape + ", more than a /");
  if (!is_normalised(text) || !is_visible(text) || text.find_first_of("?#") != std::string_view::npos) {
    return refuse(shape + ", without a query, // and dot segments, other characters percent-encoded");
  }
  return std::string(text);
}

void read_strip(Reading& reading, const Field& field, Upstream& upstream) {
  if (auto strip = read_parsed(reading, field, "the beginning of a path like /openai", parse_strip)) {
    upstream.strip = *std::move(strip);
  }
}

struct Draft {
  Upstream upstream;
  Model model;
  bool is_model = false;
  std::vector<Field> only_of_models{};  // options that say nothing of others
  std::optional<Field> url{};
  std::optional<Field> ai{};
  std::vector<Field> of_requests{};  // options that change a request on its way to a server
};

void read_place(Reading& reading, const Field& field, Draft& draft) {
  draft.url = field;
  read_upstream_url(reading, field, draft.upstream);
}

void read_lambda(Reading& reading, const Field& field, Draft& draft) {
  config::read_lambda(reading, field, draft.upstream);
}

void read_ai(Reading& reading, const Field& field, Draft& draft) {
  draft.is_model = true;
  draft.ai = field;
  using enum usage::Protocol;
  constexpr auto all = std::to_array({openai, anthropic, gemini, bedrock, dashscope, ollama, cohere, automatic});
  std::array<Choice<usage::Protocol>, all.size()> protocols;
  std::ranges::transform(all, protocols.begin(), [](auto one) { return Choice(usage::word_of(one), one); });
  if (const auto protocol = read_choice<usage::Protocol>(reading, field, protocols)) draft.model.protocol = *protocol;
}

void read_ask_usage(Reading& reading, const Field& field, Draft& draft) {
  using Ask = Model::AskUsage;
  constexpr auto choices =
      std::to_array<Choice<Ask>>({{"auto", Ask::automatic}, {"always", Ask::always}, {"never", Ask::never}});
  draft.only_of_models.push_back(field);
  if (const auto choice = read_choice<Ask>(reading, field, choices)) draft.model.ask_usage = *choice;
}

void read_usage_missing(Reading& reading, const Field& field, Draft& draft) {
  using Missing = Model::UsageMissing;
  constexpr auto choices = std::to_array<Choice<Missing>>(
      {{"estimate", Missing::estimate}, {"held", Missing::held}, {"free", Missing::free}});
  draft.only_of_models.push_back(field);
  if (const auto choice = read_choice<Missing>(reading, field, choices)) draft.model.usage_missing = *choice;
}

template <void (*read)(Reading&, const Field&, Upstream&)>
void of_request(Reading& reading, const Field& field, Draft& draft) {
  draft.of_requests.push_back(field);
  read(reading, field, draft.upstream);
}

constexpr Option<Draft> options[] = {
    {"url", read_place},
    {"ai", read_ai},
    {"lambda", read_lambda},
    {"headers", of_request<read_headers>},
    {"strip", of_request<read_strip>},
    {"ask_usage", read_ask_usage},
    {"usage_missing", read_usage_missing},
};

// A function is called by Lambda's API, so that some of what holds for servers means nothing.
void check_lambda(Reading& reading, const Draft& draft) {
  const Lambda& lambda = *draft.upstream.lambda;
  if (draft.url) {
    reading.errors.add(draft.url->key_spot,
                       "'url' and 'lambda' exclude each other; remove one, or give another address of Lambda's API as "
                       "'endpoint' in 'lambda'");
  }
  if (draft.ai && lambda.invoke == lambda::Invocation::event) {
    reading.errors.add(draft.ai->key_spot,
                       "'ai' has no effect with invoke: event, which nobody waits for: there is no answer whose tokens "
                       "could be counted; remove it");
  }
  for (const Field& option : draft.of_requests) {
    reading.errors.add(option.key_spot, in_quotes(option.name) +
                                            " has no effect beside 'lambda': a function gets the request as an event, "
                                            "with path and headers as the client sent them; remove it");
  }
}

Upstream read_upstream(Reading& reading, const Entry& entry) {
  Draft draft{.upstream = {.name = entry.key, .place = place_of(reading, entry.spot)}, .model = {}};
  check_name(reading, entry, "an upstream");
  const Field field = field_of(entry);
  if (!read_mapping(reading, field, "a mapping like { url: http://127.0.0.1:9000 }")) return std::move(draft.upstream);
  const std::string where = " in upstream " + in_quotes(entry.key);
  read_options(reading, *field.node, where, options, draft);
  if (draft.upstream.lambda) {
    check_lambda(reading, draft);
  } else if (!draft.url) {
    reading.errors.add(entry.spot, "'url' is missing" + where +
                                       "; add a line like url: http://127.0.0.1:9000, or 'lambda' for a function");
  }
  if (draft.is_model) draft.upstream.model = draft.model;
  for (const Field& option : draft.only_of_models) {
    if (draft.is_model) break;
    reading.errors.add(option.key_spot, in_quotes(option.name) + where +
                                            " has no effect without 'ai'; add one like ai: auto, or remove it");
  }
  return std::move(draft.upstream);
}

}  // namespace

void read_upstreams(Reading& reading, const Field& field, std::vector<Upstream>& upstreams) {
  if (!read_mapping(reading, field, "a mapping of names to upstreams")) return;
  if (field.node->entries.empty()) {
    reading.errors.add(field.spot, "no upstreams; add one like local: { url: http://127.0.0.1:9000 }");
  }
  for (const Entry& entry : field.node->entries) upstreams.push_back(read_upstream(reading, entry));
}

}  // namespace weir::config
