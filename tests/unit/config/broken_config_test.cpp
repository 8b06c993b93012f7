// Every way to get weir.yaml wrong that we know of: where the error is, and what it says.
#include "config/a_config.hpp"
#include "config/document.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weir::config {
namespace {

struct Broken {
  std::string name;
  std::string text;
  int line;
  int column;
  std::string message;
};

void PrintTo(const Broken& broken, std::ostream* out) { *out << broken.name; }

// The options of limit `a`, in line 5; its first option stands in column 7.
Broken limit(std::string name, const std::string& options, int column, std::string message) {
  return {std::move(name), with_limit(options), 5, column, std::move(message)};
}

// Lines at the top level, the first of them is line 4.
Broken lines(std::string name, const std::string& text, int line, int column, std::string message) {
  return {std::move(name), with_lines(text), line, column, std::move(message)};
}

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

std::string many_times(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

std::string many_regexes() {
  std::string regexes = "[~0";
  for (int i = 1; i < 1001; ++i) regexes += ",~" + std::to_string(i);
  return regexes + "]";
}

std::vector<Broken> broken_yaml() {
  return {
      {"Empty", "", 1, 1, "the file is empty"},
      {"OnlyAComment", "# later\n", 1, 1, "the file is empty"},
      {"AList", "- version: 1\n", 1, 1, "expected options like version: 1 at the top of the file, got a list"},
      {"AText", "hello\n", 1, 1, "expected options like version: 1 at the top of the file, got \"hello\""},
      lines("TabInTheIndentation", "store:\n\turl: memory", 5, 1, "a tab in the indentation; YAML wants spaces"),
      lines("BraceNeverClosed", "store: { url: memory\ndrain: 1s", 5, 6, "a { without its }"),
      lines("BracketNeverClosed", "limits: { a: { key: [ip }}", 4, 25, "does not close what was opened last"),
      lines("QuoteNeverClosed", "drain: \"1s", 4, 8, "a quote that is never closed"),
      lines("BraceThatClosesNothing", "drain: }", 4, 8, "does not close what was opened last"),
      lines("ColonInText", "drain: a: b", 4, 9, "a ': ' that belongs to no key"),
      lines("WrongIndentation", "store:\n  url: memory\n timeout: 1s", 6, 2,
            "at the same indentation as the keys above"),
      lines("UnknownAlias", "drain: *later", 4, 8, "an alias of an anchor that is not defined above"),
      lines("AliasInsideItself", "limits: &all { a: *all }", 4, 19, "an alias inside the very value"),
      lines("StrangeStart", "drain: @x", 4, 8, "a character that cannot start a value"),
      lines("UnknownEscape", "drain: \"\\q\"", 4, 11, "unknown escape"),
      lines("SecondDocument", "---\nversion: 1", 4, 1, "a second YAML document"),
      lines("Tag", "drain: !!int 5", 4, 8, "a YAML tag means nothing here"),
      lines("Merge", "store: { <<: x }", 4, 10, "'<<' merges are not supported"),
      lines("ListAsKey", "? [a]\n: b", 4, 3, "a key is text"),
      lines("NullAsKey", "~: b", 4, 1, "a key without a name"),
      lines("VariableInKey", "\"${A}\": b", 4, 1, "variables are put into values only"),
      lines("NotUtf8", "drain: \"\xFF\"", 4, 9, "a byte that is not UTF-8"),
      lines("ControlCharacter", "drain: \x01", 4, 8, "an unprintable character"),
      lines("TooDeep", "x: " + std::string(100, '[') + std::string(100, ']'), 4, 67, "levels of nesting"),
      lines("DuplicateKey", "drain: 1s\ndrain: 2s", 5, 1, "duplicate key 'drain'; it is already on line 4"),
      lines("VariableInBraces", "store: { url: ${URL} }", 4, 16, "needs quotes"),
      {"TooLarge", "version: 1\n#" + std::string(max_text_size, 'x'), 1, 1, "larger than 8 MiB"},
  };
}

std::vector<Broken> broken_top() {
  return {
      {"NoVersion", "upstreams: {a: {url: http://h}}\nroutes: [{path: /*, to: a}]\n", 1, 1,
       "'version' is missing; start the file with version: 1"},
      {"OtherVersion", "version: 2\nupstreams: {a: {url: http://h}}\nroutes: [{path: /*, to: a}]\n", 1, 10,
       "version \"2\" is not known to this Weir; write version: 1"},
      {"NoUpstreams", "version: 1\nroutes: []\n", 1, 1, "'upstreams' is missing"},
      {"NoRoutes", "version: 1\nupstreams: {a: {url: http://h}}\n", 1, 1, "'routes' is missing"},
      {"EmptyUpstreams", "version: 1\nupstreams: {}\nroutes: []\n", 2, 12, "no upstreams; add one"},
      {"EmptyRoutes", "version: 1\nupstreams: {a: {url: http://h}}\nroutes: []\n", 3, 9, "no routes; add one"},
      lines("UnknownKey", "lisen: 127.0.0.1:80", 4, 1, "unknown key 'lisen'; did you mean 'listen'?"),
      lines("UnknownKeyLikeNoOther", "xyzzy: 1", 4, 1, "unknown key 'xyzzy'"),
      lines("ListenWithoutHost", "listen: 8080", 4, 9, "got \"8080\"; write 0.0.0.0:8080 to listen everywhere"),
      lines("ListenWithoutPort", "listen: 127.0.0.1", 4, 9, "expected HOST:PORT like 127.0.0.1:8080"),
      lines("ListenOnPort0", "listen: 127.0.0.1:0", 4, 9, "the port from 1 to 65535"),
      lines("ListenOnBareIpv6", "listen: \"::1\"", 4, 9, "an IPv6 address goes in brackets"),
      lines("ListenOnAName", "listen: example.com:80", 4, 9, "the host is an IP address of this machine"),
      lines("ListenIsAList", "listen: [a]", 4, 9, "expected HOST:PORT"),
      lines("ListenUnknown", "listen: { adress: 0.0.0.0:1 }", 4, 11,
            "unknown key 'adress' in 'listen'; did you mean 'address'?"),
      lines("ListenAddress", "listen: { address: 80 }", 4, 20, "write 0.0.0.0:80 to listen everywhere"),
      lines("TlsIsText", "listen: { tls: on }", 4, 16, "expected a mapping like { cert: tls.crt, key: tls.key }"),
      lines("TlsWithoutCert", "listen: { tls: { key: plain.txt } }", 4, 11, "'cert' is missing in 'tls'"),
      lines("TlsWithoutKey", "listen: { tls: { cert: plain.txt } }", 4, 11, "'key' is missing in 'tls'"),
      lines("TlsNoSuchFile", "listen: { tls: { cert: no.crt, key: no.key } }", 4, 24, "no.crt' does not exist"),
      lines("TlsFolder", "listen: { tls: { cert: no.crt, key: / } }", 4, 37, "the file '/' is not a plain file"),
      lines("TlsNoCertificate", "listen: { tls: { cert: plain.txt, key: no.key } }", 4, 24,
            "plain.txt' holds no certificate in PEM: it has no line like -----BEGIN CERTIFICATE-----"),
      lines("TlsNoKey", "listen: { tls: { cert: no.crt, key: plain.txt } }", 4, 37,
            "plain.txt' holds no private key in PEM"),
      lines("NegativeProxies", "trusted_proxies: -1", 4, 18, "expected a number from 0 to 100"),
      lines("EscapedSlashes", "escaped_slashes: redirct", 4, 18, "did you mean redirect?"),
      lines("Drain", "drain: 30", 4, 8,
            "expected a duration like 250ms, 10s, 1m, 1h, 1d or 1w for 'drain', got \"30\""),
      lines("AdminWithoutHost", "admin: 9090", 4, 8, "got \"9090\"; write 0.0.0.0:9090 to listen everywhere"),
      lines("AdminOpen", "admin: 0.0.0.0:9090", 4, 8, "an admin address that other machines may reach needs a token"),
      lines("AdminOpenIpv6", "admin: { listen: \"[::]:9090\" }", 4, 18, "needs a token"),
      lines("AdminOnListen", "admin: 127.0.0.1:8080", 4, 8, "'admin' and 'listen' have the same address"),
      lines("AdminInsideListen", "admin: 127.0.0.1:81\nlisten: 0.0.0.0:81", 4, 8, "the same address"),
      lines("AdminUnknown", "admin: { adress: 127.0.0.1:1 }", 4, 10, "unknown key 'adress' in 'admin'"),
      lines("AdminTokenEmpty", "admin: { token: \"\" }", 4, 17, "without blanks for 'token', got nothing"),
      lines("AdminTokenWithBlank", "admin: { token: \"a b\" }", 4, 17,
            "expected a token of visible ASCII characters without blanks for 'token', got something else"),
      lines("AdminTokenIsAList", "admin: { token: [a] }", 4, 17, "got a list"),
      lines("JwtIsText", "jwt: x", 4, 6, "expected a mapping like { issuer:"),
      lines("JwtWithoutKeys", "jwt: { issuer: x }", 4, 1, "'jwks' is missing in 'jwt'"),
      lines("JwtWithoutIssuer", "jwt: { jwks: \"https://h/k\" }", 4, 1, "'issuer' is missing in 'jwt'"),
      lines("JwtKeysInAFile", "jwt: { issuer: x, jwks: keys.json }", 4, 25, "it starts with http:// or https://"),
      lines("JwtKeysFragment", "jwt: { issuer: x, jwks: \"https://h/k#a\" }", 4, 25, "a URL without a fragment"),
      lines("JwtNoAudiences", "jwt: { issuer: x, jwks: \"https://h/k\", audiences: [] }", 4, 51,
            "an audience like api or a list of 1 to 100"),
      lines("JwtUnknown", "jwt: { isuer: x }", 4, 8, "unknown key 'isuer' in 'jwt'; did you mean 'issuer'?"),
      lines("AnalyticsIsAList", "analytics: [1d]", 4, 12, "expected off or a mapping like { retention: 30d"),
      lines("AnalyticsUnknown", "analytics: { keep: 1d }", 4, 14, "unknown key 'keep' in 'analytics'"),
      lines("AnalyticsNoBucket", "analytics: { bucket: 0s }", 4, 22, "'bucket'"),
      lines("AnalyticsOddBucket", "analytics: { bucket: 1500ms }", 4, 22, "a whole number of seconds"),
      lines("AnalyticsNoKeys", "analytics: { top: 0 }", 4, 19, "'top'"),
      lines("AnalyticsTooManyKeys", "analytics: { top: 10001 }", 4, 19, "'top'"),
      lines("AnalyticsForgets", "analytics: { bucket: 1h, retention: 1m }", 4, 37, "shorter than a bucket of 1h"),
      lines("AccessLogIsText", "access_log: stdout", 4, 13, "expected a mapping like { to: stdout, key: hash }"),
      lines("AccessLogFolder", "access_log: { to: / }", 4, 19, "the access log '/' is a folder"),
      lines("AccessLogNowhere", "access_log: { to: no/where.log }", 4, 19, "no/where.log' does not exist"),
      lines("AccessLogKey", "access_log: { to: stdout, key: plain }", 4, 32, "expected omit or hash"),
      lines("AccessLogKeyAlone", "access_log: { key: hash }", 4, 15, "'key' has no effect without a log"),
      lines("AccessLogUnknown", "access_log: { file: x }", 4, 15, "unknown key 'file' in 'access_log'"),
      lines("AlertsAreText", "alerts: on\nlimits: { a: { key: ip, rate: 1/1s } }", 4, 9, "expected a list of alerts"),
      lines("AlertOfNobody",
            "alerts: [{ limit: b, at: 80%, webhook: \"http://h/\" }]\nlimits: { a: { key: ip, rate: 1/1s } }", 4, 19,
            "no limit is named \"b\""),
      lines("AlertWithoutWebhook", "alerts: [{ limit: a, at: 80% }]\nlimits: { a: { key: ip, rate: 1/1s } }", 4, 10,
            "'webhook' is missing in an alert"),
      lines("AlertOfNothing", "alerts: [{ limit: a, webhook: \"http://h/\" }]\nlimits: { a: { key: ip, rate: 1/1s } }",
            4, 10, "an alert needs 'at'"),
      lines("AlertOfBoth",
            "alerts: [{ limit: a, at: 80%, refusals: 9/1m, webhook: \"http://h/\" }]\nlimits: { a: { key: ip, rate: "
            "1/1s } }",
            4, 31, "'at' and 'refusals' do not go together"),
      lines("AlertAtNoShare",
            "alerts: [{ limit: a, at: 0.8, webhook: \"http://h/\" }]\nlimits: { a: { key: ip, rate: 1/1s } }", 4, 26,
            "a share like 80%"),
      lines("AlertBeyondAll",
            "alerts: [{ limit: a, at: 101%, webhook: \"http://h/\" }]\nlimits: { a: { key: ip, rate: 1/1s } }", 4, 26,
            "at most 100%"),
      lines("AlertOfARateTooFast",
            "alerts: [{ limit: a, refusals: 9/1ms, webhook: \"http://h/\" }]\nlimits: { a: { key: ip, rate: 1/1s } }",
            4, 32, "refusals like 100/1m"),
      lines("AlertToAFile",
            "alerts: [{ limit: a, at: 80%, webhook: \"file:///x\" }]\nlimits: { a: { key: ip, rate: 1/1s } }", 4, 40,
            "a URL that starts with http:// or https://"),
      lines("AlertUnknown", "alerts: [{ limit: a, att: 80% }]\nlimits: { a: { key: ip, rate: 1/1s } }", 4, 22,
            "unknown key 'att' in an alert"),
      lines("PriceWithoutOutput", "prices: { a: { input: 1 } }", 4, 11, "'output' is missing in the price of 'a'"),
      lines("PriceNegative", "prices: { a: { input: -1, output: 1 } }", 4, 23, "a price per million tokens like 2.5"),
      lines("PriceTooFine", "prices: { a: { input: 0.0000000001, output: 1 } }", 4, 23, "nine digits after the point"),
      lines("PriceUnknown", "prices: { a: { inptu: 1, output: 1 } }", 4, 16, "did you mean 'input'?"),
      lines("PricesAreAList", "prices: [a]", 4, 9, "a mapping of models to prices"),
      lines("StoreIsText", "store: memory", 4, 8, "expected a mapping like { url: memory } for 'store'"),
      lines("StoreElsewhere", "store: { url: disk }", 4, 15,
            "expected memory, or a Redis URL like redis://localhost:6379 for 'url', got \"disk\""),
      lines("StoreUnknownKey", "store: { maxkeys: 1 }", 4, 10,
            "unknown key 'maxkeys' in 'store'; did you mean 'max_keys'?"),
      lines("StoreMaxKeys", "store: { max_keys: 0 }", 4, 20, "expected a number from 1 to 10000000000"),
      lines("StoreTimeout", "store: { timeout: 2h }", 4, 19, "expected a duration from 1ms to 1m"),
      lines("StoreOnError", "store: { on_error: reject }", 4, 20, "expected local, allow or deny"),
      lines("StoreNamespace", "store: { namespace: a b }", 4, 21, "expected a name of 1 to 64"),
      lines("ResponsesHeaders", "responses: { headers: all }", 4, 23, "expected ietf, x, both or none"),
      lines("ResponsesBody", "responses: { body: jsn }", 4, 20, "did you mean json?"),
      lines("ResponsesNoSuchFile", "responses: { body: { file: no.html } }", 4, 28, "no.html' does not exist"),
      lines("ResponsesFolder", "responses: { body: { file: / } }", 4, 28, "is not a plain file"),
      lines("ResponsesReset", "responses: { reset: 5 }", 4, 21, "expected delta or epoch"),
  };
}

std::vector<Broken> broken_limits() {
  return {
      lines("LimitsAreAList", "limits: [a]", 4, 9, "expected a mapping of names to limits for 'limits', got a list"),
      lines("LimitIsEmpty", "limits: { b: }", 4, 11,
            "expected a mapping like { key: ip, rate: 100/1m } for 'b', got nothing"),
      lines("LimitName", "limits: { \"a b\": { key: ip, rate: 1/1s } }", 4, 11, "a limit's name is 1 to 64 of A-Z"),
      lines("LimitNameTooLong", "limits: { " + std::string(65, 'x') + ": { key: ip, rate: 1/1s } }", 4, 11,
            "a limit's name"),
      lines("NoKey", "limits: { b: { rate: 1/1s } }", 4, 11, "'key' is missing in limit 'b'"),
      lines("NoRate", "limits: { b: { key: ip } }", 4, 11, "'rate' is missing in limit 'b'"),
      lines("SamePrefix", "limits: { a: {key: ip, rate: 1/1s}, b: {key: ip, rate: 1/1s, prefix: weir:a} }", 4, 70,
            "limit 'b' has the 'prefix' of limit 'a'"),
      limit("UnknownOption", "key: ip, rate: 1/1s, algoritm: gcra", 28,
            "unknown key 'algoritm' in limit 'a'; did you mean 'algorithm'?"),
      limit("KeySource", "key: heder:x, rate: 1/1s", 12, "got \"heder:x\"; did you mean header:x?"),
      limit("KeyWithoutName", "key: header, rate: 1/1s", 12, "expected header:NAME"),
      limit("KeyWithBadName", "key: \"header:a b\", rate: 1/1s", 12, "the name made of letters, digits"),
      limit("KeyPrefix", "key: ip/129, rate: 1/1s", 12, "expected ip or ip/N with N from 1 to 128"),
      limit("KeyEmptyList", "key: [], rate: 1/1s", 12, "a key source or a list of 1 to 16 of them"),
      limit("KeyJwt", "key: [ip, jwt:sub], rate: 1/1s", 17, "a claim of a JSON web token needs 'jwt'"),
      limit("KeyJwtWithoutClaim", "key: jwt, rate: 1/1s", 12, "expected jwt:CLAIM"),
      limit("KeyMetadata", "key: metadata:ab, rate: 1/1s", 12, "expected metadata:NS.KEY"),
      limit("Missing", "key: ip, missing: ignore, rate: 1/1s", 25, "expected skip or reject"),
      limit("CostOf0", "key: ip, rate: 1/1s, cost: 0", 34, "expected a number from 1 to"),
      limit("CostIsText", "key: ip, rate: 1/1s, cost: much", 34, "or header:NAME for 'cost', got \"much\""),
      limit("CostAboveLimit", "key: ip, rate: 10/1s, cost: 11", 35,
            "a call that costs 11 never fits into a limit of 10"),
      limit("CostAboveBurst", "key: ip, rate: 10/1s, cost: 3, algorithm: gcra, burst: 2", 35, "a limit of 2"),
      limit("RateUnit", "key: ip, rate: 100/minute", 22, "got \"100/minute\"; did you mean 100/1m?"),
      limit("RateWithoutNumber", "key: ip, rate: 100/s", 22, "did you mean 100/1s?"),
      limit("RateBare", "key: ip, rate: 100", 22, "a bare number is for algorithm: concurrency"),
      limit("RateOf0", "key: ip, rate: 0/1s", 22, "a rate whose count is from 1 to 2^53"),
      limit("RateTooHigh", "key: ip, rate: 9007199254740993/1s", 22, "a rate whose count is from 1 to 2^53"),
      limit("RateFraction", "key: ip, rate: 1.5/1s", 22, "its count a whole number"),
      limit("RatePeriodOf0", "key: ip, rate: 1/0s", 22, "expected a rate like 100/1m"),
      limit("RatePeriodTooLong", "key: ip, rate: 1/6000w", 22, "expected a rate like 100/1m"),
      limit("RateMisspelt", "key: ip, rate: unlimted", 22, "did you mean unlimited?"),
      limit("RateNothing", "key: ip, rate: ", 16, "expected a rate like 100/1m"),
      limit("RateIsAList", "key: ip, rate: [1/1s]", 22, "got a list"),
      limit("Algorithm", "key: ip, rate: 1/1s, algorithm: sliding_windw", 39, "did you mean sliding_window?"),
      limit("ConcurrencyByTime", "key: ip, rate: 5/1s, algorithm: concurrency", 22,
            "expected a bare number like 10 (concurrency counts what is held at once)"),
      limit("ConcurrencyOverride", "key: ip, rate: 5, algorithm: concurrency, overrides: { a: 5/1m }", 65,
            "expected a bare number like 10"),
      limit("ConcurrencyBurst", "key: ip, rate: 5, algorithm: concurrency, burst: 5", 49,
            "'burst' has no effect with concurrency"),
      limit("ConcurrencyAnchor", "key: ip, rate: 5, algorithm: concurrency, anchor: 2026-01-15", 49,
            "'anchor' has no effect with concurrency"),
      limit("ConcurrencyCharge", "key: ip, rate: 5, algorithm: concurrency, charge: [401]", 49,
            "'charge' has no effect with concurrency"),
      limit("ConcurrencyWait", "key: ip, rate: 5, algorithm: concurrency, wait: 1s", 49,
            "'wait' has no effect with concurrency"),
      limit("ConcurrencyCost", "key: ip, rate: 5, algorithm: concurrency, cost: 6", 55,
            "a call that costs 6 never fits into a limit of 5"),
      limit("MonthByGcra", "key: ip, rate: 1/month, algorithm: gcra", 22, "cannot be counted by gcra"),
      limit("MonthByTokenBucket", "key: ip, rate: 1/month, algorithm: token_bucket", 22,
            "cannot be counted by token_bucket"),
      limit("YearBySlidingWindow", "key: ip, rate: 1/year, algorithm: sliding_window", 22, "cannot be counted by"),
      limit("LongLog", "key: ip, rate: 10001/1m, algorithm: sliding_log", 22,
            "a rate of at most 10000 with sliding_log"),
      limit("BurstOfWindow", "key: ip, rate: 1/1s, burst: 5", 28, "'burst' has no effect with sliding_window"),
      limit("BurstOf0", "key: ip, rate: 1/1s, algorithm: gcra, burst: 0", 52,
            "expected a number from 1 to 2^53 for 'burst'"),
      limit("BurstOfUnlimited", "key: ip, rate: unlimited, burst: 5", 33,
            "'burst' has no effect with an unlimited rate"),
      limit("AnchorOfMinutes", "key: ip, rate: 1/1m, anchor: 2026-01-15", 28, "'anchor' needs a rate by whole days"),
      limit("AnchorOfBucket", "key: ip, rate: 1/1d, algorithm: gcra, anchor: 2026-01-15", 45,
            "'anchor' has no effect with gcra"),
      limit("AnchorIsNoDay", "key: ip, rate: 1/month, anchor: 2026-02-30", 39, "expected a day that the calendar has"),
      limit("AnchorShape", "key: ip, rate: 1/month, anchor: 15.1.2026", 39, "expected a date like 2026-01-15"),
      limit("OverridesAreAList", "key: ip, rate: 1/1s, overrides: [vip]", 39, "expected a mapping of values to rates"),
      limit("OverrideRate", "key: ip, rate: 1/1s, overrides: { vip: lots }", 46, "got \"lots\""),
      limit("OverrideCidr", "key: ip, rate: 1/1s, overrides: { 10.0.0.0/33: 1/1s }", 41,
            "a CIDR whose length is from 0 to 32"),
      limit("OverrideRegex", "key: ip, rate: 1/1s, overrides: { \"~^a(\": 1/1s }", 41,
            "expected a regular expression of RE2's after the ~ in 'overrides', got '~^a('; missing ): ^a("),
      limit("OnlyRegexTooLarge", "key: ip, rate: 1/1s, only: [\"~\\\\pL{1000}\"]", 35, "more than 1 MiB of memory"),
      limit("TooManyRegexes", "key: ip, rate: 1/1s, only: " + many_regexes(), 35 + 10 * 3 + 90 * 4 + 900 * 5,
            "more than 1000 regular expressions in one list"),
      limit("TooManyDenied", "key: ip, rate: 1/1s, deny: &a [x" + many_times(",x", 100'000) + "]", 35 + 3 + 200'000,
            "more than 100000 values in one list"),
      limit("WhenRegex", "key: ip, rate: 1/1s, when: { path: \"~[\" }", 42, "missing ]"),
      limit("OverrideMonthByGcra", "key: ip, rate: 1/1s, algorithm: gcra, overrides: { v: 1/month }", 61,
            "cannot be counted by gcra"),
      limit("AllowIsText", "key: ip, rate: 1/1s, allow: vip", 35, "expected a list of values, CIDRs, globs and"),
      limit("DenyRegex", "key: ip, rate: 1/1s, deny: [\"~(?<=x)\"]", 35, "invalid perl operator"),
      limit("DenyCidr", "key: ip, rate: 1/1s, deny: [\"::/129\"]", 35, "a CIDR whose length is from 0 to 128"),
      limit("AllowedAndDenied", "key: ip, rate: 1/1s, allow: [x], deny: [x]", 47,
            "\"x\" is both in 'allow' and in 'deny'"),
      limit("RejectStatus", "key: ip, rate: 1/1s, reject: { status: 200 }", 46, "expected a number from 400 to 599"),
      limit("RejectUnknown", "key: ip, rate: 1/1s, reject: { mesage: x }", 38, "in 'reject'; did you mean 'message'?"),
      limit("Shadow", "key: ip, rate: 1/1s, shadow: yes", 36, "expected true or false for 'shadow', got \"yes\""),
      limit("Prefix", "key: ip, rate: 1/1s, prefix: \"a{b}\"", 36, "without { and }"),
      limit("Unit", "key: ip, rate: 1/1s, unit: token", 34, "did you mean tokens?"),
      limit("WeightsOfRequests", "key: ip, rate: 1/1s, weights: { input: 2 }", 28,
            "'weights' has no effect with unit: requests"),
      limit("ReserveOfRequests", "key: ip, rate: 1/1s, reserve: off", 28,
            "'reserve' has no effect with unit: requests"),
      limit("OnExceededOfRequests", "key: ip, rate: 1/1s, on_exceeded: truncate", 28,
            "'on_exceeded' has no effect with unit: requests"),
      limit("WeightKind", "key: ip, rate: 9/1s, unit: tokens, weights: { prompt: 2 }", 53, "unknown key 'prompt'"),
      limit("WeightNegative", "key: ip, rate: 9/1s, unit: tokens, weights: { input: -2 }", 60, "a weight like 0.1"),
      limit("WeightOfModel", "key: ip, rate: 9/1s, unit: tokens, weights: { model: { a: x } }", 65,
            "a weight like 0.1"),
      limit("WeightsOfMoney", "key: ip, rate: 9/1s, unit: cost, weights: { input: 2 }", 40, "which goes by 'prices'"),
      limit("Reserve", "key: ip, rate: 9/1s, unit: tokens, reserve: all", 51, "off, max_tokens or a number of tokens"),
      limit("ReserveDefault", "key: ip, rate: 9/1s, unit: tokens, reserve: off, reserve_default: 5", 56,
            "no effect without reserve: max_tokens"),
      limit("OnExceeded", "key: ip, rate: 9/1s, unit: tokens, on_exceeded: stop", 55, "finish, truncate or pace"),
      limit("OnExceededInShadow", "key: ip, rate: 9/1s, unit: tokens, shadow: true, on_exceeded: pace", 56,
            "never touches an answer"),
      limit("TokensHeldAtOnce", "key: ip, rate: 9, algorithm: concurrency, unit: tokens", 55,
            "not tokens; remove 'unit'"),
      limit("CostOfTokens", "key: ip, rate: 9/1s, unit: tokens, cost: 2", 48, "no effect with a unit of tokens"),
      limit("ChargeOfTokens", "key: ip, rate: 9/1s, unit: tokens, charge: [200]", 42,
            "no effect with a unit of tokens"),
      limit("MoneyWithoutPrices", "key: ip, rate: 5.00/1d, unit: cost", 37, "'unit: cost' needs 'prices'"),
      limit("MoneyTooFine", "unit: cost, key: ip, rate: 0.0000000001/1d", 34, "nine digits after the point"),
      limit("MoneyOf0", "unit: cost, key: ip, rate: 0/1d", 34, "a rate of more than 0"),
      limit("MoneyTooMuch", "unit: cost, key: ip, rate: 9007200/1d", 34, "at most 9007199.254740992"),
      limit("WhenIsAList", "key: ip, rate: 1/1s, when: [a]", 34, "expected a mapping of key sources to values"),
      limit("WhenSource", "key: ip, rate: 1/1s, when: { heder:x: a }", 36,
            "in 'when', got 'heder:x'; did you mean header:x?"),
      limit("WhenConstant", "key: ip, rate: 1/1s, when: { const:a: a }", 36, "says nothing of the request"),
      limit("WhenClaim", "key: ip, rate: 1/1s, when: { jwt:plan: a }", 36, "a claim of a JSON web token needs 'jwt'"),
      limit("WhenNoValues", "key: ip, rate: 1/1s, when: { path: [] }", 42,
            "expected a value or a list of at least one"),
      limit("WhenValue", "key: ip, rate: 1/1s, when: { path: [{}] }", 43, "got a mapping"),
      limit("WhenCidr", "key: ip, rate: 1/1s, when: { ip: 10.0.0.0/33 }", 40, "a CIDR whose length is from 0 to 32"),
      limit("ChargeWord", "key: ip, rate: 1/1s, charge: never", 36,
            "expected a status from 100 to 599, or a class like 5xx"),
      limit("ChargeStatus", "key: ip, rate: 1/1s, charge: [401, 6xx]", 42, "got \"6xx\""),
      limit("ChargeNothing", "key: ip, rate: 1/1s, charge: []", 36, "expected always, or statuses and classes"),
      limit("ChargeUnlimited", "key: ip, rate: unlimited, charge: [401]", 33,
            "'charge' has no effect with an unlimited rate"),
      limit("WaitUnit", "key: ip, rate: 1/1s, wait: 5", 34, "write its unit: 5s or 5ms"),
      limit("WaitTooLong", "key: ip, rate: 1/1s, wait: 2h", 34, "expected a duration from 0s to 1h"),
      limit("WaitUnlimited", "key: ip, rate: unlimited, wait: 1s", 33, "'wait' has no effect with an unlimited rate"),
      limit("OnlyIsText", "key: ip, rate: 1/1s, only: gold", 34, "expected a list of values, CIDRs, globs and"),
      limit("OnlyEmptyValue", "key: ip, rate: 1/1s, only: [\"\"]", 35, "got \"\""),
  };
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

// `plain.txt` is there, and is no PEM.
class BrokenConfig : public testing::TestWithParam<Broken> {
 protected:
  BrokenConfig() {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "plain.txt") << "hello";
  }
  ~BrokenConfig() override { std::filesystem::remove_all(folder); }

  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("broken-config-" + std::to_string(getpid()));
};

TEST_P(BrokenConfig, SaysWhereAndWhat) {
  const Broken& broken = GetParam();
  const auto errors = errors_of(broken.text, no_environment(), folder);
  const auto place = [&](const Error& e) { return e.line == broken.line && e.column == broken.column; };
  const auto found = std::ranges::find_if(
      errors, [&](const Error& e) { return place(e) && e.message.find(broken.message) != std::string::npos; });
  EXPECT_NE(found, errors.end()) << "expected " << broken.line << ":" << broken.column << ": " << broken.message
                                 << "\ngot " << testing::PrintToString(errors);
}

std::string name_of(const testing::TestParamInfo<Broken>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Yaml, BrokenConfig, testing::ValuesIn(broken_yaml()), name_of);
INSTANTIATE_TEST_SUITE_P(Top, BrokenConfig, testing::ValuesIn(broken_top()), name_of);
INSTANTIATE_TEST_SUITE_P(Limits, BrokenConfig, testing::ValuesIn(broken_limits()), name_of);
INSTANTIATE_TEST_SUITE_P(UpstreamsAndRoutes, BrokenConfig, testing::ValuesIn(broken_upstreams_and_routes()), name_of);

}  // namespace
}  // namespace weir::config
