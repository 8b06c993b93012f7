// parse.cpp: the top of weir.yaml.
#include "config/parse.hpp"

#include "config/document.hpp"
#include "config/sections.hpp"
#include "config/utf8.hpp"

#include <array>

namespace weir::config {
namespace {

struct Draft {
  Config config;
  bool has_version = false;
  bool has_prices = false;
  std::optional<Field> listen;
  std::optional<Field> admin;
  bool store_is_usable = true;
  std::optional<Field> limits;
  std::optional<Field> upstreams;
  std::optional<Field> routes;
  std::optional<Field> alerts;
};

void read_version(Reading& reading, const Field& field, Draft& draft) {
  draft.has_version = true;
  const std::string* version = read_text(reading, field, "1");
  if (version == nullptr || *version == "1") return;
  reading.errors.add(field.spot, "version " + shown(*field.node) + " is not known to this Weir; write version: 1");
}

void read_trusted_proxies(Reading& reading, const Field& field, Draft& draft) {
  if (const auto hops = read_number(reading, field, 0, 100)) draft.config.trusted_proxies = static_cast<int>(*hops);
}

void read_escaped_slashes(Reading& reading, const Field& field, Draft& draft) {
  constexpr auto choices = std::to_array<Choice<EscapedSlashes>>(
      {{"keep", EscapedSlashes::keep}, {"reject", EscapedSlashes::reject}, {"redirect", EscapedSlashes::redirect}});
  if (const auto choice = read_choice<EscapedSlashes>(reading, field, choices)) draft.config.escaped_slashes = *choice;
}

void read_drain(Reading& reading, const Field& field, Draft& draft) {
  if (const auto drain = read_duration(reading, field, {}, std::chrono::days(1))) draft.config.drain = *drain;
}

constexpr Option<Draft> options[] = {
    {"version", read_version},
    {"listen",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.listen = field;
       read_listen(reading, field, draft.config);
     }},
    {"admin",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.admin = field;
       read_admin(reading, field, draft.config.admin);
     }},
    {"trusted_proxies", read_trusted_proxies},
    {"escaped_slashes", read_escaped_slashes},
    {"store",
     [](Reading& reading, const Field& field, Draft& draft) {
       const std::size_t before = reading.errors.count();
       read_store(reading, field, draft.config.store);
       draft.store_is_usable = reading.errors.count() == before;
     }},
    {"limits", [](Reading& /*reading*/, const Field& field, Draft& draft) { draft.limits = field; }},
    {"upstreams",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.upstreams = field;
       read_upstreams(reading, field, draft.config.upstreams);
     }},
    {"routes", [](Reading& /*reading*/, const Field& field, Draft& draft) { draft.routes = field; }},
    {"prices",
     [](Reading& reading, const Field& field, Draft& draft) {
       draft.has_prices = true;
       read_prices(reading, field, draft.config.prices);
     }},
    {"responses", [](Reading& reading, const Field& field,
                     Draft& draft) { read_responses(reading, field, draft.config.responses); }},
    {"analytics", [](Reading& reading, const Field& field,
                     Draft& draft) { read_analytics(reading, field, draft.config.analytics); }},
    {"jwt", [](Reading& reading, const Field& field, Draft& draft) { read_jwt(reading, field, draft.config.jwt); }},
    {"access_log", [](Reading& reading, const Field& field,
                      Draft& draft) { read_access_log(reading, field, draft.config.access_log); }},
    {"drain", read_drain},
    {"alerts", [](Reading& /*reading*/, const Field& field, Draft& draft) { draft.alerts = field; }},
};

bool is_usable(const std::optional<Field>& section) {
  return !section || section->node->kind == YamlNode::Kind::mapping;
}

// What different sections say of one thing.
void check_sections(Reading& reading, const Draft& draft) {
  const Config& config = draft.config;
  if (!config.jwt) {
    for (const Spot& spot : reading.claims_used) {
      reading.errors.add(spot,
                         "a claim of a JSON web token needs 'jwt' at the top of the file, like jwt: { issuer: "
                         "https://id.example.com, jwks: https://id.example.com/keys }");
    }
  }
  for (const Spot& spot : reading.prices_used) {
    if (draft.has_prices) break;
    reading.errors.add(spot,
                       "'unit: cost' needs 'prices' at the top of the file, like prices: { \"gpt-4*\": { input: 2.5, "
                       "output: 10 } }");
  }
  if (draft.admin && config.admin && is_same_address(config.admin->address, config.listen)) {
    reading.errors.add(draft.admin->spot, "'admin' and 'listen' have the same address; give one of them another port");
  }
}

void read_config(Reading& reading, const YamlNode& root, Draft& draft) {
  read_options(reading, root, "", options, draft);
  Config& config = draft.config;
  if (draft.limits) read_limits(reading, *draft.limits, draft.store_is_usable ? &config.store : nullptr, config.limits);
  if (draft.alerts) read_alerts(reading, *draft.alerts, config.limits, config.alerts);
  config.admin_gave_way = !draft.admin && is_same_address(Admin{}.address, config.listen);
  if (config.admin_gave_way) config.admin.reset();
  check_sections(reading, draft);
  if (!draft.has_version) reading.errors.add({}, "'version' is missing; start the file with version: 1");
  if (!draft.upstreams) {
    reading.errors.add({}, "'upstreams' is missing; add upstreams: { local: { url: http://127.0.0.1:9000 } }");
  }
  if (!draft.routes) {
    reading.errors.add({}, "'routes' is missing; add routes: [{ path: /*, to: local }]");
    return;
  }
  const Known known{.limits = is_usable(draft.limits) ? &config.limits : nullptr,
                    .upstreams = draft.upstreams && is_usable(draft.upstreams) ? &config.upstreams : nullptr};
  read_routes(reading, *draft.routes, known, config.routes);
}

}  // namespace

std::expected<Config, std::vector<Error>> parse(std::string_view text, const Environment& environment,
                                                const std::string& directory) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Errors errors(text);
  const Document document = load_document(text, environment, errors);
  Draft draft;
  Reading reading{.errors = errors, .directory = directory, .environment = environment};
  if (document.root != nullptr && document.root->kind == YamlNode::Kind::mapping) {
    read_config(reading, *document.root, draft);
  } else if (document.root != nullptr && document.root->kind != YamlNode::Kind::null) {
    errors.add(document.root->spot,
               "expected options like version: 1 at the top of the file, got " + shown(*document.root));
  } else if (errors.empty()) {
    errors.add({}, "the file is empty; it needs at least version, upstreams and routes");
  }
  if (!errors.empty()) return std::unexpected(errors.take());
  return std::move(draft.config);
}

}  // namespace weir::config
