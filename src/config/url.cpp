#include "config/url.hpp"

#include "config/address.hpp"
#include "config/characters.hpp"
#include "store/url/host.hpp"

#include <algorithm>

namespace weir::config {
namespace {

constexpr std::string_view shape = "a URL like http://127.0.0.1:9000 or https://api.example.com/v1";

bool is_path(std::string_view path) {
  return std::ranges::all_of(path, [](char c) {
    return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
}

// Splits `host:port` at the colon that is not inside brackets.
std::size_t port_colon(std::string_view authority) {
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && bracket != std::string_view::npos && colon < bracket)
    return std::string_view::npos;
  return colon;
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else {
      const bool fits = is_letter(c) || is_digit(c) || c == '-' || c == '_';
      if (!fits || ++label > 63) return false;
    }
  }
  return label > 0;
}

namespace {

// Everything but the path, which is what `text` becomes.
Parsed<Url> take_origin(std::string_view& text) {
  Url url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return refuse(std::string(shape), "it starts with http:// or https://");
  const std::string scheme = lower_case(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return refuse(std::string(shape), "it starts with http:// or https://");
  url.tls = scheme == "https";
  text.remove_prefix(scheme_end + 3);

  const std::size_t authority_end = std::min(text.find_first_of("/?#"), text.size());
  const std::string_view authority = text.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) return refuse("a URL without a user or password");
  const std::size_t colon = port_colon(authority);
  std::string_view host = authority.substr(0, colon);
  url.port = store::http_port(url.tls);
  if (colon != std::string_view::npos) {
    const auto port = parse_port(authority.substr(colon + 1));
    if (!port) return refuse(std::string(shape) + ", its port from 1 to 65535");
    url.port = *port;
  }
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (brackets ? ip_family(host) != IpFamily::v6 : !is_host_name(host)) {
    return refuse(std::string(shape) + "; the host is a name or an IP address (IPv6 in brackets)");
  }
  url.host = lower_case(host);
  text.remove_prefix(authority_end);
  return url;
}

}  // namespace

Parsed<Url> parse_url(std::string_view text) {
  auto url = take_origin(text);
  if (!url) return url;
  if (text.find_first_of("?#") != std::string_view::npos) return refuse("a URL without a query or fragment");
  if (!is_path(text)) return refuse("a URL whose path is percent-encoded");
  while (text.ends_with('/')) text.remove_suffix(1);
  url->path = text;
  return url;
}

Parsed<Url> parse_full_url(std::string_view text) {
  auto url = take_origin(text);
  if (!url) return url;
  if (text.find('#') != std::string_view::npos) return refuse("a URL without a fragment");
  if (!is_path(text)) return refuse("a URL whose path and query are percent-encoded");
  url->path = text.starts_with('/') ? std::string(text) : "/" + std::string(text);
  return url;
}

std::optional<Url> read_url(Reading& reading, const Field& field, std::string_view expected,
                            Parsed<Url> (*parse)(std::string_view)) {
  const std::string* text = read_text(reading, field, expected);
  if (text == nullptr) return std::nullopt;
  auto url = parse(*text);
  if (url) return *std::move(url);
  if (text->find_first_of("@?") == std::string::npos) {
    add_refusal(reading, field, url.error());
  } else {
    reading.errors.add(field.spot, "expected " + url.error().expected + " for " + in_quotes(field.name));
  }
  return std::nullopt;
}

}  // namespace weir::config
