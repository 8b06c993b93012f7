// upstreams.cpp: the section `upstreams`.
#include "config/sections.hpp"
#include "config/url.hpp"

namespace weir::config {
namespace {

void read_url(Reading& reading, const Field& field, Upstream& upstream) {
  const std::string* text = read_text(reading, field, "a URL like http://127.0.0.1:9000");
  if (text == nullptr) return;
  auto url = parse_url(*text);
  if (!url && text->find_first_of("@?") != std::string::npos) {  // it may hold a secret: it is not repeated
    reading.errors.add(field.spot, "expected " + url.error().expected + " for 'url'");
  } else if (!url) {
    add_refusal(reading, field, url.error());
  } else {
    upstream.host = std::move(url->host);
    upstream.port = url->port;
    upstream.tls = url->tls;
    upstream.path = std::move(url->path);
  }
}

constexpr Option<Upstream> options[] = {
    {"url", read_url},
    {"ai"},
    {"lambda"},
    {"headers", nullptr, "[]"},
    {"strip"},
    {"ask_usage", nullptr, "auto"},
    {"usage_missing", nullptr, "estimate"},
};

bool has(const YamlNode& mapping, std::string_view key) {
  for (const Entry& entry : mapping.entries) {
    if (entry.key == key) return true;
  }
  return false;
}

Upstream read_upstream(Reading& reading, const Entry& entry) {
  Upstream upstream{.name = entry.key};
  check_name(reading, entry, "an upstream");
  const Field field = field_of(entry);
  if (!read_mapping(reading, field, "a mapping like { url: http://127.0.0.1:9000 }")) return upstream;
  const std::string where = " in upstream " + in_quotes(entry.key);
  read_options(reading, *field.node, where, options, upstream);
  if (!has(*field.node, "url") && !has(*field.node, "lambda")) {
    reading.errors.add(entry.spot, "'url' is missing" + where + "; add a line like url: http://127.0.0.1:9000");
  }
  return upstream;
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
