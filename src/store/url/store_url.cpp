#include "store/url/store_url.hpp"

#include "store/url/host.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <ranges>
#include <utility>

namespace weir::store {
namespace {

using Kind = StoreUrl::Kind;

struct Scheme {
  std::string_view name;
  Kind kind;
  bool tls;
};

// The first of each kind is the one that shown() writes.
constexpr std::array schemes{
    Scheme{"redis", Kind::single, false},
    Scheme{"rediss", Kind::single, true},
    Scheme{"redis+cluster", Kind::cluster, false},
    Scheme{"rediss+cluster", Kind::cluster, true},
    Scheme{"redis+sentinel", Kind::sentinel, false},
    Scheme{"rediss+sentinel", Kind::sentinel, true},
    Scheme{"valkey", Kind::single, false},
    Scheme{"valkeys", Kind::single, true},
    Scheme{"valkey+cluster", Kind::cluster, false},
    Scheme{"valkeys+cluster", Kind::cluster, true},
    Scheme{"valkey+sentinel", Kind::sentinel, false},
    Scheme{"valkeys+sentinel", Kind::sentinel, true},
};

constexpr std::size_t most_hosts = 64;
constexpr int most_database = 999'999;

// Nothing of the text is repeated in an error: whichever part is out of place may be the password.
constexpr std::string_view wrong_scheme =
    "must start with redis://, redis+cluster:// or redis+sentinel:// (rediss for TLS)";

const Scheme* scheme_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const auto same_letter = [](char written, char letter) {
    return (written >= 'A' && written <= 'Z' ? static_cast<char>(written - 'A' + 'a') : written) == letter;
  };
  const auto found = std::ranges::find_if(schemes, [&](const Scheme& scheme) {
    return std::ranges::equal(text.substr(0, colon), scheme.name, same_letter);
  });
  return found == schemes.end() ? nullptr : &*found;
}

// Nothing when a `%` is not followed by two hex digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text.size() - i < 3) return {};
    const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
    if (error != std::errc{} || end != digits + 2) return {};
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::expected<std::vector<HostPort>, std::string> hosts_of(std::string_view text, Kind kind) {
  std::vector<HostPort> hosts;
  const std::uint16_t default_port = kind == Kind::sentinel ? 26'379 : 6'379;
  for (const auto part : std::views::split(text, ',')) {
    if (hosts.size() == most_hosts) return std::unexpected("names more than 64 hosts");
    auto host = read_host(std::string_view(part.begin(), part.end()), default_port);
    if (!host) return std::unexpected(host.error());
    hosts.push_back(std::move(*host));
  }
  if (hosts.empty()) return std::unexpected("names no host");
  if (kind == Kind::single && hosts.size() > 1) {
    return std::unexpected("names several hosts: that is for redis+cluster:// and redis+sentinel://");
  }
  return hosts;
}

// USER:PASSWORD or :PASSWORD.
std::optional<std::string> read_credentials(std::string_view text, StoreUrl& url) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return "has a user without a password; a password alone is written :PASSWORD@";
  const auto user = percent_decoded(text.substr(0, colon));
  const auto password = percent_decoded(text.substr(colon + 1));
  if (!user || !password) return "has a '%' in user or password that is not followed by two hex digits";
  if (!user->empty() && password->empty()) return "has a user with an empty password";
  url.user = *user;
  url.password = *password;
  return {};
}

// DB, or MASTER-NAME[/DB] for Sentinel.
std::optional<std::string> read_path(std::string_view path, StoreUrl& url) {
  if (url.kind == Kind::sentinel) {
    const auto end = std::min(path.find('/'), path.size());
    const auto name = percent_decoded(path.substr(0, end));
    if (!name) return "has a '%' in the master's name that is not followed by two hex digits";
    if (name->empty()) return "does not name the master: redis+sentinel://HOST/NAME";
    if (name->size() > 256) return "has a master's name of more than 256 bytes";
    url.master = *name;
    path = end == path.size() ? std::string_view() : path.substr(end + 1);
  }
  if (path.empty()) return {};
  const auto database = small_number(path);
  if (!database || *database > most_database) return "has a database that is not a number from 0 to 999999";
  if (url.kind == Kind::cluster && *database != 0) return "has a database: a Cluster has 0 alone";
  url.database = *database;
  return {};
}

bool is_printable(char c) { return c > ' ' && c != 0x7f; }

}  // namespace

bool is_redis_url(std::string_view text) { return scheme_of(text) != nullptr; }

std::expected<StoreUrl, std::string> parse_store_url(std::string_view text) {
  const Scheme* const scheme = scheme_of(text);
  if (scheme == nullptr) return std::unexpected(std::string(wrong_scheme));
  StoreUrl url{.kind = scheme->kind, .tls = scheme->tls, .hosts = {}};
  std::string_view rest = text.substr(scheme->name.size());
  if (!rest.starts_with("://")) return std::unexpected("must have // after its scheme");
  rest.remove_prefix(3);
  if (!std::ranges::all_of(rest, is_printable)) return std::unexpected("has a space or a control character");

  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  const std::string_view path = rest.substr(end);
  if (path.find('@') != std::string_view::npos) {
    return std::unexpected(
        "has a '/', '?' or '#' in user or password that must be percent-encoded, or an '@' after the hosts");
  }
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (const auto error = read_credentials(authority.substr(0, at), url)) return std::unexpected(*error);
    authority.remove_prefix(at + 1);
  }
  auto hosts = hosts_of(authority, url.kind);
  if (!hosts) return std::unexpected(hosts.error());
  url.hosts = std::move(*hosts);
  if (path.find_first_of("?#") != std::string_view::npos) {
    return std::unexpected("has options after '?' or '#', of which there are none");
  }
  if (const auto error = read_path(path.empty() ? path : path.substr(1), url)) return std::unexpected(*error);
  return url;
}

std::string shown(const StoreUrl& url) {
  const auto scheme =
      std::ranges::find_if(schemes, [&](const Scheme& each) { return each.kind == url.kind && each.tls == url.tls; });
  std::string text(scheme->name);
  text += "://";
  for (const HostPort& host : url.hosts) {
    if (!text.ends_with('/')) text += ',';
    text += shown(host);
  }
  if (!url.master.empty()) text += '/' + url.master;
  if (url.database != 0) text += '/' + std::to_string(url.database);
  return text;
}

}  // namespace weir::store
