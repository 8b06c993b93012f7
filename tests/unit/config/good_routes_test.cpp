#include "config/a_config.hpp"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(GoodRoutes, AnUpstreamMayHaveHeadersAndAPathToStrip) {
  const Config config = config_of(
      "version: 1\n"
      "upstreams: { a: { url: http://h/v1, strip: /openai/, headers: { Authorization: \"Bearer ${KEY}\", x-a: b } } }\n"
      "routes: [{ path: /openai/*, to: a }]\n",
      environment_of({{"KEY", "hunter2"}}));
  const Upstream& upstream = config.upstreams.at(0);
  EXPECT_EQ(upstream.strip, "/openai");
  ASSERT_EQ(upstream.headers.size(), 2);
  EXPECT_EQ(upstream.headers[0].first, "authorization");
  EXPECT_EQ(upstream.headers[0].second.value, "Bearer hunter2");
  EXPECT_EQ(upstream.headers[0].second.written, "Bearer ${KEY}");
  EXPECT_EQ(upstream.headers[1].second.written, "b");
}

TEST(GoodRoutes, AListAmongARoutesLimitsIsAChoice) {
  const Config config = config_of(
      "version: 1\n"
      "upstreams: { l: { url: http://h } }\n"
      "limits: { a: &l { key: ip, rate: 1/1s }, b: *l, c: *l }\n"
      "routes: [{ path: /*, to: l, limits: [a, [b, c]] }]\n");
  EXPECT_THAT(config.routes.at(0).limits, ElementsAre(ElementsAre("a"), ElementsAre("b", "c")));
}

TEST(GoodRoutes, SecondRouteOfTheSamePathIsNoError) {
  config_of("version: 1\nupstreams: { l: { url: http://h } }\nroutes: [{ path: /*, to: l }, { path: /*, to: l }]");
}

}  // namespace
}  // namespace weir::config
