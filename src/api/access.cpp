#include "api/access.hpp"

#include "api/problem.hpp"
#include "config/characters.hpp"
#include "limiter/address.hpp"

#include <algorithm>
#include <array>

namespace weir::api {
namespace {

constexpr auto open_paths = std::to_array<std::string_view>({"/healthz", "/readyz", "/openapi.json"});

bool equal_but_for_case(std::string_view one, std::string_view other) {
  return std::ranges::equal(one, other, {}, config::to_lower, config::to_lower);
}

bool ends_with_but_for_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && equal_but_for_case(text.substr(text.size() - end.size()), end);
}

bool is_open(const Request& request) {
  if (request.method != "GET" && request.method != "HEAD") return false;
  return std::ranges::find(open_paths, request.target.substr(0, request.target.find('?'))) != open_paths.end();
}

bool has_token(const Digest& token, std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (!equal_but_for_case(authorization.substr(0, scheme.size()), scheme)) return false;
  authorization.remove_prefix(scheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return equal_in_constant_time(sha256(authorization), token);
}

// NAME:PORT, ADDRESS:PORT or [ADDRESS]:PORT without the port, which is any that leads here: a tunnel may have its own.
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? std::string_view{} : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

bool is_loopback(std::string_view host) {
  const std::string_view name = without_port(host);
  if (equal_but_for_case(name, "localhost") || ends_with_but_for_case(name, ".localhost")) return true;
  const auto address = limiter::parse_address(name);
  if (!address) return false;
  if (address->ipv4) return address->low >> 24 == 127;
  return address->high == 0 && address->low == 1;
}

bool is_of_same_origin(std::string_view origin, std::string_view host) {
  const std::size_t scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && equal_but_for_case(origin.substr(scheme_end + 3), host);
}

// A link that somebody follows may lead here from anywhere: the page that had it sees nothing of the answer.
bool is_navigation(const Request& request) {
  return (request.method == "GET" || request.method == "HEAD") && request.fetch_mode == "navigate";
}

bool is_from_another_site(const Request& request) {
  if (!request.origin.empty() && !is_of_same_origin(request.origin, request.host)) return true;
  const bool elsewhere = !request.fetch_site.empty() && request.fetch_site != "same-origin" &&
                         request.fetch_site != "none";  // none: typed by the user
  return elsewhere && !is_navigation(request);
}

}  // namespace

std::optional<Response> keep_out(const Access& access, const Request& request) {
  if (access.token) {
    if (is_open(request) || has_token(*access.token, request.authorization)) return std::nullopt;
    Response response = problem(401, "This needs the token: Authorization: Bearer TOKEN.");
    response.headers.push_back({"www-authenticate", "Bearer realm=\"weir\""});
    return response;
  }
  if (!is_loopback(request.host)) {
    return problem(403, "Without a token only a loopback name or address is served as Host, such as 127.0.0.1.");
  }
  if (is_from_another_site(request)) return problem(403, "Without a token no web page of another site is served.");
  return std::nullopt;
}

}  // namespace weir::api
