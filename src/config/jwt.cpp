// jwt.cpp: the section `jwt`.
#include "config/sections.hpp"
#include "config/url.hpp"

namespace weir::config {
namespace {

struct Draft {
  Jwt jwt;
  bool has_issuer = false;
  bool has_jwks = false;
};

void read_issuer(Reading& reading, const Field& field, Draft& draft) {
  draft.has_issuer = true;
  if (const auto* issuer = read_text(reading, field, "a text like https://id.example.com")) draft.jwt.issuer = *issuer;
}

void read_jwks(Reading& reading, const Field& field, Draft& draft) {
  draft.has_jwks = true;
  const auto url = read_url(reading, field, "a URL like https://id.example.com/keys", parse_full_url);
  if (!url) return;
  draft.jwt.jwks.host = url->host;
  draft.jwt.jwks.port = url->port;
  draft.jwt.jwks.tls = url->tls;
  draft.jwt.jwks.path = url->path;
  draft.jwt.jwks.place = place_of(reading, field.spot);
}

void read_audiences(Reading& reading, const Field& field, Draft& draft) {
  constexpr std::size_t most = 100;
  const std::string expected = "an audience like api or a list of 1 to 100 of them";
  const auto items = one_or_list(field);
  if (items.empty() || items.size() > most) return add_refusal(reading, field, {.expected = expected});
  for (const Field& item : items) {
    if (const std::string* audience = read_text(reading, item, expected)) draft.jwt.audiences.push_back(*audience);
  }
}

constexpr Option<Draft> options[] = {{"issuer", read_issuer}, {"jwks", read_jwks}, {"audiences", read_audiences}};

}  // namespace

void read_jwt(Reading& reading, const Field& field, std::optional<Jwt>& jwt) {
  if (!read_mapping(reading, field, "a mapping like { issuer: https://id.example.com, jwks: https://.../keys }"))
    return;
  Draft draft{.jwt = {.issuer = {}, .jwks = {.name = "jwks"}, .audiences = {}}};
  read_options(reading, *field.node, " in 'jwt'", options, draft);
  if (!draft.has_issuer) {
    reading.errors.add(field.key_spot, "'issuer' is missing in 'jwt'; it is what tokens say under iss");
  }
  if (!draft.has_jwks) {
    reading.errors.add(field.key_spot, "'jwks' is missing in 'jwt'; it is the URL of the keys that sign tokens");
  }
  jwt = draft.jwt;
}

}  // namespace weir::config
