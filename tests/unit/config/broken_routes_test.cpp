// Every way that we know of to get an upstream or a route of weir.yaml wrong.
#include "config/broken_config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::config {
namespace {

// The options of the only route, in line 3; its first option stands in column 12.
Broken route(std::string name, const std::string& options, int column, std::string message) {
  const std::string text =
      "version: 1\n"
      "upstreams: { local: { url: http://127.0.0.1:9000 } }\n"
      "routes: [{ " +
      options +
      " }]\n"
      "limits: { per-user: { key: ip, rate: 1/1s } }\n";
  return {std::move(name), text, 3, column, std::move(message)};
}

// The options of the only upstream, in line 2; its first option stands in column 23.
Broken upstream(std::string name, const std::string& options, int column, std::string message) {
  const std::string text = "version: 1\nupstreams: { local: { " + options + " } }\nroutes: [{ path: /*, to: local }]\n";
  return {std::move(name), text, 2, column, std::move(message)};
}

std::string many_names() {
  std::string names = "l0";
  for (int i = 1; i < 65; ++i) names += ", l" + std::to_string(i);
  return names;
}

std::vector<Broken> broken_upstreams_and_routes() {
  return {
      {"UpstreamIsText", "version: 1\nupstreams: { a: http://h }\nroutes: [{path: /*, to: a}]\n", 2, 17,
       "expected a mapping like { url: http://127.0.0.1:9000 } for 'a'"},
      {"UpstreamName", "version: 1\nupstreams: { a/b: { url: http://h } }\nroutes: [{path: /*, to: a/b}]\n", 2, 14,
       "an upstream's name is 1 to 64 of"},
      {"UpstreamWithoutUrl", "version: 1\nupstreams: { a: {} }\nroutes: [{path: /*, to: a}]\n", 2, 14,
       "'url' is missing in upstream 'a'"},
      upstream("UrlScheme", "url: ftp://x", 28, "it starts with http:// or https://"),
      upstream("UrlWithoutScheme", "url: 127.0.0.1", 28, "it starts with http:// or https://"),
      upstream("UrlHost", "url: http://a..b", 28, "the host is a name or an IP address"),
      upstream("UrlPort", "url: http://a:99999", 28, "its port from 1 to 65535"),
      upstream("UrlQuery", "url: \"http://a?b\"", 28, "a URL without a query or fragment"),
      upstream("UrlUser", "url: http://u@a", 28, "a URL without a user or password"),
      upstream("Ai", "url: http://a, ai: opnai", 42, "did you mean openai?"),
      upstream("AskUsageWithoutAi", "url: http://a, ask_usage: always", 38, "has no effect without 'ai'"),
      upstream("AskUsage", "url: http://a, ai: auto, ask_usage: yes", 59, "auto, always or never"),
      upstream("UsageMissing", "url: http://a, ai: auto, usage_missing: guess", 63, "estimate, held or free"),
      {"TokensOfNoModel",
       "version: 1\nlimits: { t: { key: ip, rate: 9/1s, unit: tokens } }\nupstreams: { a: { url: http://h } }\n"
       "routes: [{path: /*, to: a, limits: t}]\n",
       4, 10, "the limit 't' counts tokens, and the upstream 'a' is no model"},
      {"ModelOfNoModel",
       "version: 1\nlimits: { t: { key: model, rate: 9/1s } }\nupstreams: { a: { url: http://h } }\n"
       "routes: [{path: /*, to: a, limits: t}]\n",
       4, 10, "the limit 't' looks at the model, and the upstream 'a' is no model"},
      upstream("HeadersAreAList", "url: http://a, headers: [a]", 47, "expected a mapping of header names to values"),
      upstream("HeaderOfTheConnection", "url: http://a, headers: { Connection: close }", 49,
               "the header 'connection' belongs to the connection"),
      upstream("PseudoHeader", "url: http://a, headers: { \":path\": /x }", 49,
               "the pseudo-header ':path' cannot be set"),
      upstream("HostHeader", "url: http://a, headers: { Host: x }", 49, "an upstream sees the host of its 'url'"),
      upstream("HeaderWithBlank", "url: http://a, headers: { a b: x }", 49, "a header's name is letters, digits and -"),
      upstream("HeaderGivenTwice", "url: http://a, headers: { a: x, A: y }", 55, "the header 'a' is given twice"),
      upstream("HeaderValue", "url: http://a, headers: { a: \"x\\ny\" }", 52,
               "expected a value without control characters for 'a', got something else"),
      upstream("HeaderWithoutValue", "url: http://a, headers: { a: }", 49, "for 'a', got nothing"),
      upstream("StripWithoutSlash", "url: http://a, strip: openai", 45, "did you mean /openai?"),
      upstream("StripStar", "url: http://a, strip: /openai/*", 45, "without *"),
      upstream("StripNothing", "url: http://a, strip: /", 45, "more than a /"),
      upstream("StripDots", "url: http://a, strip: /a/../b", 45, "without a query, // and dot segments"),
      upstream("LambdaBesideUrl", "url: http://a, lambda: { function: f }", 23,
               "'url' and 'lambda' exclude each other"),
      upstream("UpstreamUnknown", "uri: http://a", 23, "unknown key 'uri' in upstream 'local'; did you mean 'url'?"),
      route("NoPath", "to: local", 10, "'path' is missing in a route"),
      route("NoTo", "path: /*", 10, "'to' is missing in a route"),
      route("PathWithoutSlash", "path: v1, to: local", 18, "did you mean /v1?"),
      route("PathStarInside", "path: /a*, to: local", 18, "a * stands only after the last /"),
      route("PathWithQuery", "path: \"/a?b\", to: local", 18, "a path without a query or fragment"),
      route("PathWithDots", "path: /a/../b, to: local", 18, "which requests never have once normalised"),
      route("PathDoubleSlash", "path: /a//b, to: local", 18, "which requests never have once normalised"),
      route("Method", "path: /*, to: local, method: [G T]", 42, "expected a method like GET"),
      route("NoMethods", "path: /*, to: local, method: []", 41, "expected a method like GET"),
      route("HostWithPort", "path: /*, to: local, host: a:80", 39, "without a port"),
      route("HeaderName", "path: /*, to: local, headers: { a b: c }", 44, "a header's name is letters, digits and -"),
      route("HeaderTwice", "path: /*, to: local, headers: { A: c, a: d }", 50, "the header 'a' is given twice"),
      route("UnknownUpstream", "path: /*, to: locl", 26, "unknown upstream 'locl'; did you mean 'local'?"),
      route("UnknownLimit", "path: /*, to: local, limits: [per-usr]", 42,
            "unknown limit 'per-usr'; did you mean 'per-user'?"),
      route("UndefinedLimit", "path: /*, to: local, limits: gold", 41,
            "unknown limit 'gold'; define it under 'limits'"),
      route("LimitTwice", "path: /*, to: local, limits: [per-user, per-user]", 52,
            "the limit 'per-user' is named twice"),
      route("LimitTwiceInLists", "path: /*, to: local, limits: [per-user, [per-user]]", 53,
            "the limit 'per-user' is named twice on this route"),
      route("EmptyLimitList", "path: /*, to: local, limits: [[]]", 42, "an empty list inside 'limits'"),
      route("LimitListInAList", "path: /*, to: local, limits: [[[per-user]]]", 43, "got a list"),
      route("UnknownLimitInAList", "path: /*, to: local, limits: [[per-usr]]", 43,
            "unknown limit 'per-usr'; did you mean 'per-user'?"),
      route("TooManyLimits", "path: /*, to: local, limits: [" + many_names() + "]", 41,
            "more than 64 limits on a route"),
      route("Timeout", "path: /*, to: local, timeout: 5", 42, "write its unit: 5s or 5ms"),
      route("RouteUnknown", "path: /*, to: local, methods: GET", 33,
            "unknown key 'methods' in a route; did you mean 'method'?"),
      {"RouteIsText", "version: 1\nupstreams: { a: { url: http://h } }\nroutes: [a]\n", 3, 10,
       "expected a mapping like { path: /*, to: local } for 'routes'"},
  };
}

struct BrokenRoute : BrokenConfig {};

TEST_P(BrokenRoute, SaysWhereAndWhat) { expect_error(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Each, BrokenRoute, testing::ValuesIn(broken_upstreams_and_routes()), name_of);

}  // namespace
}  // namespace weir::config
