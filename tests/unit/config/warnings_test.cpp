// What `weir check` warns of: where, and what it says.
#include "config/warnings.hpp"
#include "config/a_config.hpp"

#include <gtest/gtest.h>

namespace weir::config {

void PrintTo(const Warning& warning, std::ostream* out) { *out << describe(warning, "weir.yaml"); }

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

auto Warns(int line, int column, const std::string& message) {
  return testing::AllOf(testing::Field(&Warning::place, Place{line, column}),
                        testing::Field(&Warning::message, HasSubstr(message)));
}

std::vector<Warning> warnings_of(std::string_view text) { return warnings(config_of(text)); }

// A gateway whose routes start on line 6, in column 5, one a line; all limits are used.
std::vector<Warning> of_routes(std::string_view routes) {
  return warnings_of(
      "version: 1\n"
      "upstreams: { local: { url: http://h, strip: /v1 } }\n"
      "limits: { a: { key: ip, rate: 1/1s, only: [x] }, b: { key: ip, rate: 1/1s } }\n"
      "drain: 1s\n"
      "routes:\n" +
      std::string(routes));
}

TEST(Warnings, AConfigWithoutSurprisesHasNone) {
  EXPECT_THAT(warnings_of(with_limit("key: ip, rate: 100/1m")), IsEmpty());
  EXPECT_THAT(warnings_of(with_limit("key: ip, rate: 100/1d")), IsEmpty());
}

TEST(Warnings, TheMemoryStoreForgetsAQuotaAtARestart) {
  EXPECT_THAT(warnings_of(with_limit("key: ip, rate: 100/month")),
              ElementsAre(Warns(5, 3, "the limit 'a' counts over a month, and the memory store forgets")));
  EXPECT_THAT(warnings_of(with_limit("key: ip, rate: 100/year")), ElementsAre(Warns(5, 3, "over a year")));
  EXPECT_THAT(warnings_of(with_limit("key: ip, rate: 100/1w")), ElementsAre(Warns(5, 3, "over a week or longer")));
}

TEST(Warnings, ALimitThatNoRouteUses) {
  EXPECT_THAT(warnings_of(with_lines("limits: { a: { key: ip, rate: 1/1s } }")),
              ElementsAre(Warns(4, 11, "no route uses the limit 'a'")));
}

TEST(Warnings, AnUpstreamThatNoRouteGoesTo) {
  EXPECT_THAT(warnings_of("version: 1\nupstreams: { a: { url: http://h }, b: { url: http://h } }\n"
                          "routes: [{ path: /*, to: b }]\n"),
              ElementsAre(Warns(2, 14, "no route goes to the upstream 'a'")));
}

TEST(Warnings, ARouteBehindOneThatMatchesAllOfIt) {
  const auto behind = [](const std::string& first, const std::string& second) {
    return of_routes("  - { to: local, limits: [a, b], " + first + " }\n  - { to: local, " + second + " }\n");
  };
  const auto shadowed = ElementsAre(Warns(7, 5, "this route is never reached: the route on line 6 matches all"));
  EXPECT_THAT(behind("path: /*", "path: /v1"), shadowed);
  EXPECT_THAT(behind("path: /v1/*", "path: /v1"), shadowed);
  EXPECT_THAT(behind("path: /v1/*", "path: /v1/a/*"), shadowed);
  EXPECT_THAT(behind("path: /v1/a", "path: /v1/a"), shadowed);
  EXPECT_THAT(behind("path: /v1/*, method: [GET, POST]", "path: /v1, method: POST"), shadowed);
  EXPECT_THAT(behind("path: /v1/*, host: \"*.a.com\"", "path: /v1, host: x.a.com"), shadowed);
  EXPECT_THAT(behind("path: /v1/*, headers: { x: y }", "path: /v1, headers: { x: y, z: w }"), shadowed);
}

TEST(Warnings, ARouteBehindOneThatMatchesPartOfItIsReached) {
  const auto behind = [](const std::string& first, const std::string& second) {
    return of_routes("  - { to: local, limits: [a, b], " + first + " }\n  - { to: local, " + second + " }\n");
  };
  EXPECT_THAT(behind("path: /v1", "path: /v1/*"), IsEmpty());
  EXPECT_THAT(behind("path: /v1/a/*", "path: /v1/ab"), IsEmpty());
  EXPECT_THAT(behind("path: /v1/*, method: GET", "path: /v1"), IsEmpty());
  EXPECT_THAT(behind("path: /v1/*, method: GET", "path: /v1, method: [GET, POST]"), IsEmpty());
  EXPECT_THAT(behind("path: /v1/*, host: a.com", "path: /v1"), IsEmpty());
  EXPECT_THAT(behind("path: /v1/*, host: \"*.a.com\"", "path: /v1, host: a.com"), IsEmpty());
  EXPECT_THAT(behind("path: /v1/*, headers: { x: y }", "path: /v1, headers: { x: z }"), IsEmpty());
}

TEST(Warnings, ALimitOfAChoiceBehindOneThatAlwaysApplies) {
  EXPECT_THAT(of_routes("  - { path: /*, to: local, limits: [[b, a]] }\n"),
              ElementsAre(Warns(6, 5, "'b' applies to every request, so 'a' behind it never does")));
  EXPECT_THAT(of_routes("  - { path: /*, to: local, limits: [[a, b]] }\n"), IsEmpty());
}

TEST(Warnings, APathThatIsNeverStripped) {
  EXPECT_THAT(of_routes("  - { path: /v2/*, to: local, limits: [a, b] }\n"),
              ElementsAre(Warns(6, 5, "no path of this route begins with '/v1', which the upstream 'local' strips")));
  EXPECT_THAT(of_routes("  - { path: /v1/x, to: local, limits: [a, b] }\n"), IsEmpty());
}

TEST(Warnings, KeysOfTokensOverPlainHttp) {
  EXPECT_THAT(warnings_of(with_lines("jwt: { issuer: x, jwks: \"http://id.example.com/keys\" }")),
              ElementsAre(Warns(4, 25, "come over plain http")));
  EXPECT_THAT(warnings_of(with_lines("jwt: { issuer: x, jwks: \"http://127.0.0.1/keys\" }")), IsEmpty());
}

// A limit of tokens in front of a model that speaks those words.
std::vector<Warning> of_tokens(std::string_view limit, std::string_view ai = "openai") {
  return warnings_of("version: 1\nupstreams: { m: { url: http://h, ai: " + std::string(ai) +
                     " } }\nroutes: [{ path: /*, to: m, limits: a }]\nlimits:\n  a: { key: ip, " + std::string(limit) +
                     " }\n");
}

TEST(Warnings, ALimitOfTokensThatOneCallHoldsWhole) {
  EXPECT_THAT(of_tokens("rate: 1000/1m, unit: tokens"),
              ElementsAre(Warns(5, 3, "holds all of the limit 'a' (1000, 'reserve_default' is 1024)")));
  EXPECT_THAT(of_tokens("rate: 50/1m, unit: output_tokens, reserve_default: 50"), SizeIs(1));
  EXPECT_THAT(of_tokens("rate: 9000/1m, algorithm: gcra, burst: 500, unit: tokens"), SizeIs(1));
  for (const char* other : {"rate: 1025/1m, unit: tokens", "rate: 1000/1m, unit: tokens, reserve_default: 100",
                            "rate: 1000/1m", "rate: 1000/1m, unit: tokens, reserve: off",
                            "rate: 1000/1m, unit: tokens, reserve: 10", "rate: 1000/1m, unit: input_tokens"}) {
    EXPECT_THAT(of_tokens(other), IsEmpty()) << other;
  }
  EXPECT_THAT(of_tokens("rate: 1000/1m, unit: tokens", "anthropic"), IsEmpty()) << "its requests always name a maximum";
}

TEST(Warnings, AnAdminApiThatGaveWayToListen) {
  EXPECT_THAT(warnings_of(with_lines("listen: 127.0.0.1:9090")),
              ElementsAre(Warns(0, 0, "'listen' has the address where the admin API listens by default")));
}

TEST(Warnings, ComeInTheFilesOrderAndReadLikeErrors) {
  const auto all = warnings_of(with_lines("limits:\n  a: { key: ip, rate: 1/year }\n  b: { key: ip, rate: 1/1s }"));
  ASSERT_EQ(all.size(), 3);
  EXPECT_EQ(describe(all[2], "weir.yaml"),
            "weir.yaml:6:3: warning: no route uses the limit 'b': it holds for the admin API alone; name it in a "
            "route's 'limits'");
  EXPECT_EQ(describe({.place = {}, .message = "m"}, "f"), "f: warning: m");
}

TEST(Warnings, ThousandsOfRoutesAreHeldAgainstEachOther) {
  std::string text = "version: 1\nupstreams: { l: { url: http://h } }\nroutes:\n";
  for (int i = 0; i < 10'000; ++i) text += "  - { path: /" + std::to_string(i) + ", to: l }\n";
  EXPECT_THAT(warnings_of(text + "  - { path: /0, to: l }\n"), IsEmpty()) << "beyond the bound";
}

// A route in line 3, column 11, to a function in line 2, column 14.
std::vector<Warning> of_function(const std::string& options, const std::string& route = "") {
  return warnings_of("version: 1\nupstreams: { f: { lambda: { function: orders, region: us-east-1, " + options +
                     " } } }\nroutes: [{ path: /*, to: f" + route + " }]\n");
}

TEST(Warnings, ATimeoutThatEndsARequestBeforeItsRetries) {
  EXPECT_THAT(of_function("throttled: 503"), IsEmpty());
  EXPECT_THAT(of_function("throttled: 503", ", timeout: 2s"),
              ElementsAre(Warns(3, 10, "this route's 'timeout' of 2s ends a request before the retries of 'f' do")));
  EXPECT_THAT(of_function("throttled: 503", ", timeout: 3s"), IsEmpty());
  EXPECT_THAT(of_function("throttled: 503", ", timeout: 0s"), IsEmpty()) << "none at all";
  EXPECT_THAT(of_function("retry: { attempts: 1 }", ", timeout: 1s"), IsEmpty());
}

TEST(Warnings, RetriesThatNeverHappen) {
  EXPECT_THAT(of_function("retry: { budget: 24ms }"),
              ElementsAre(Warns(2, 14, "no retry of the function of 'f' fits into a 'budget' of 24ms")));
  EXPECT_THAT(of_function("retry: { attempts: 1, budget: 5s }"),
              ElementsAre(Warns(2, 14, "one attempt, so that its 'budget' of 5s has no effect")));
}

TEST(Warnings, CallsOfAFunctionInTheClear) {
  EXPECT_THAT(of_function("endpoint: \"http://lambda.internal\""), ElementsAre(Warns(2, 14, "go over plain http")));
  EXPECT_THAT(of_function("endpoint: \"http://localhost:4566\""), IsEmpty());
  EXPECT_THAT(of_function("endpoint: \"https://lambda.internal\""), IsEmpty());
}

TEST(Warnings, ARoleThatIsAssumedWithoutACertificate) {
  EXPECT_THAT(of_function("credentials: { role_arn: \"arn:aws:iam::123456789012:role/r\" }"),
              ElementsAre(Warns(2, 14, "without verifying the certificate of AWS STS")));
  EXPECT_THAT(of_function("credentials: { profile: blue }"), IsEmpty());
}

}  // namespace
}  // namespace weir::config
