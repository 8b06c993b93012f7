// listeners.cpp: `listen` and `admin`: the addresses that Weir listens on.
#include "config/address.hpp"
#include "config/characters.hpp"
#include "config/readable_file.hpp"
#include "config/sections.hpp"

#include <algorithm>
#include <array>

namespace weir::config {
namespace {

constexpr std::string_view address_shape = "HOST:PORT like 127.0.0.1:8080 or [::1]:8080";

struct TlsDraft {
  Tls tls;
  bool has_certificate = false;
  bool has_key = false;
};

struct ListenDraft {
  Config& config;
};

// Catches a swapped pair, and files in DER, before Envoy does.
std::string read_pem(Reading& reading, const Field& field, std::string_view marker, std::string_view what) {
  const auto file = read_file(reading, field);
  if (!file) return {};
  if (file->bytes.find(marker) == std::string::npos) {
    reading.errors.add(field.spot, "the file " + shown_path(field, file->path) + " holds no " + std::string(what) +
                                       " in PEM: it has no line like -----BEGIN " + upper_case(what) + "-----");
  }
  return file->path.string();
}

void read_certificate(Reading& reading, const Field& field, TlsDraft& draft) {
  draft.has_certificate = true;
  draft.tls.certificate = read_pem(reading, field, "-----BEGIN CERTIFICATE-----", "certificate");
}

void read_key(Reading& reading, const Field& field, TlsDraft& draft) {
  draft.has_key = true;
  draft.tls.key = read_pem(reading, field, "PRIVATE KEY-----", "private key");
}

constexpr Option<TlsDraft> tls_options[] = {{"cert", read_certificate}, {"key", read_key}};

void read_tls(Reading& reading, const Field& field, ListenDraft& draft) {
  if (!read_mapping(reading, field, "a mapping like { cert: tls.crt, key: tls.key }")) return;
  TlsDraft tls;
  read_options(reading, *field.node, " in 'tls'", tls_options, tls);
  if (!tls.has_certificate) reading.errors.add(field.key_spot, "'cert' is missing in 'tls'; it names a file in PEM");
  if (!tls.has_key) reading.errors.add(field.key_spot, "'key' is missing in 'tls'; it names a file in PEM");
  draft.config.tls = tls.tls;
}

void read_listen_address(Reading& reading, const Field& field, ListenDraft& draft) {
  if (const auto address = read_parsed(reading, field, address_shape, parse_address)) draft.config.listen = *address;
}

constexpr Option<ListenDraft> listen_options[] = {{"address", read_listen_address}, {"tls", read_tls}};

struct AdminDraft {
  Admin admin;
  Field address{};
};

void read_admin_address(Reading& reading, const Field& field, AdminDraft& draft) {
  draft.address = field;
  const auto address = read_parsed(reading, field, "HOST:PORT like 127.0.0.1:9090, or off", parse_address);
  if (address) draft.admin.address = *address;
}

// What a header can carry after `Bearer `.
bool is_bearer(std::string_view text) {
  return text.size() <= 4096 && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

void read_token(Reading& reading, const Field& field, AdminDraft& draft) {
  draft.admin.token = read_secret(reading, field, "a token of visible ASCII characters without blanks", is_bearer);
  if (!draft.admin.token) draft.admin.token = Secret{};  // one was meant
}

constexpr Option<AdminDraft> admin_options[] = {{"listen", read_admin_address}, {"token", read_token}};

bool is_loopback(const Address& address) { return address.host.starts_with("127.") || address.host == "::1"; }
bool is_any(const Address& address) { return address.host == "0.0.0.0" || address.host == "::"; }

}  // namespace

void read_listen(Reading& reading, const Field& field, Config& config) {
  ListenDraft draft{.config = config};
  if (field.node->kind != YamlNode::Kind::mapping) return read_listen_address(reading, field, draft);
  if (!read_mapping(reading, field, "an address or a mapping")) return;
  read_options(reading, *field.node, " in 'listen'", listen_options, draft);
}

void read_admin(Reading& reading, const Field& field, std::optional<Admin>& admin) {
  AdminDraft draft;
  draft.admin.written = true;
  draft.address = field;
  if (field.node->kind == YamlNode::Kind::mapping) {
    if (!read_mapping(reading, field, "an address, off or a mapping")) return;
    read_options(reading, *field.node, " in 'admin'", admin_options, draft);
  } else if (field.node->kind == YamlNode::Kind::scalar && field.node->text == "off") {
    admin.reset();
    return;
  } else {
    read_admin_address(reading, field, draft);
  }
  if (!draft.admin.token && !is_loopback(draft.admin.address)) {
    reading.errors.add(draft.address.spot,
                       "an admin address that other machines may reach needs a token; write admin: { listen: ..., "
                       "token: \"${WEIR_ADMIN_TOKEN}\" }, or listen on 127.0.0.1");
  }
  admin = draft.admin;
}

bool is_same_address(const Address& one, const Address& other) {
  return one.port == other.port && (one.host == other.host || is_any(one) || is_any(other));
}

}  // namespace weir::config
