#include "api/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

using testing::HasSubstr;
using testing::Not;

int status(const Access& access, const Request& request) {
  const auto refusal = keep_out(access, request);
  return refusal ? refusal->status : 200;
}

const Access with_token{.token = sha256("s3cret")};
const Access without_token;

TEST(Token, LetsInWhoeverSendsIt) {
  Request request{.method = "GET", .target = "/api/v1/limits", .host = "weir.example.com"};
  request.authorization = "Bearer s3cret";
  EXPECT_EQ(status(with_token, request), 200);
  request.authorization = "bearer   s3cret";
  EXPECT_EQ(status(with_token, request), 200);
}

TEST(Token, KeepsOutEverybodyElse) {
  Request request{.method = "GET", .target = "/api/v1/limits", .host = "127.0.0.1"};
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cret ", "Bearer s3cretx", "s3cret",
                            "Basic s3cret", "Bearer S3CRET"}) {
    request.authorization = wrong;
    const auto refusal = keep_out(with_token, request);
    ASSERT_TRUE(refusal) << wrong;
    EXPECT_EQ(refusal->status, 401);
    EXPECT_EQ(refusal->headers.front().name, "www-authenticate");
    EXPECT_EQ(refusal->headers.front().value, "Bearer realm=\"weir\"");
    EXPECT_THAT(refusal->body, Not(HasSubstr("s3cret")));
  }
}

TEST(Token, IsNotNeededForHealthAndDescription) {
  for (const char* open : {"/healthz", "/readyz", "/openapi.json", "/healthz?verbose"}) {
    EXPECT_EQ(status(with_token, {.method = "GET", .target = open, .host = "x"}), 200) << open;
    EXPECT_EQ(status(with_token, {.method = "HEAD", .target = open, .host = "x"}), 200) << open;
    EXPECT_EQ(status(with_token, {.method = "POST", .target = open, .host = "x"}), 401) << open;
  }
  for (const char* closed :
       {"/", "/metrics", "/healthz/", "/healthz/../metrics", "/%68ealthz", "//healthz", "/envoy/stats", "/nothing"}) {
    EXPECT_EQ(status(with_token, {.method = "GET", .target = closed, .host = "x"}), 401) << closed;
  }
}

TEST(NoToken, ServesLoopbackNamesAndAddressesAlone) {
  for (const char* own : {"127.0.0.1:9090", "127.0.0.1", "127.8.9.10:1", "localhost:9090", "LOCALHOST",
                          "weir.localhost", "[::1]:9090", "[::1]", "[::ffff:127.0.0.1]:80"}) {
    EXPECT_EQ(status(without_token, {.method = "GET", .target = "/metrics", .host = own}), 200) << own;
  }
  for (const char* other : {"", "evil.example.com", "evil.example.com:9090", "127.0.0.1.evil.example.com", "10.0.0.1",
                            "localhost.evil.example.com", "notlocalhost", "[::2]", "[::1", "::1", "[2001:db8::1]:9090",
                            "128.0.0.1", "0.0.0.0", "localhost@evil.example.com"}) {
    EXPECT_EQ(status(without_token, {.method = "GET", .target = "/metrics", .host = other}), 403) << other;
  }
}

TEST(NoToken, ServesNoPageOfAnotherOrigin) {
  Request request{.method = "POST", .target = "/api/v1/limit", .host = "localhost:9090"};
  for (const char* own : {"http://localhost:9090", "https://LOCALHOST:9090"}) {
    request.origin = own;
    EXPECT_EQ(status(without_token, request), 200) << own;
  }
  for (const char* other : {"http://evil.example.com", "http://localhost:3000", "http://localhost", "null",
                            "localhost:9090", "http://evil.example.com:9090/localhost:9090"}) {
    request.origin = other;
    EXPECT_EQ(status(without_token, request), 403) << other;
  }
}

TEST(NoToken, ServesNoPageThatTheBrowserCallsForeign) {
  Request request{.method = "POST", .target = "/api/v1/limit", .host = "localhost:9090"};
  for (const char* own : {"same-origin", "none"}) {
    request.fetch_site = own;
    EXPECT_EQ(status(without_token, request), 200) << own;
  }
  for (const char* other : {"cross-site", "same-site", "something-new"}) {
    request.fetch_site = other;
    EXPECT_EQ(status(without_token, request), 403) << other;
  }
}

TEST(NoToken, FollowsALinkFromAnotherPage) {
  Request request{.method = "GET", .target = "/metrics", .host = "localhost:9090"};
  request.fetch_site = "cross-site";
  request.fetch_mode = "navigate";
  EXPECT_EQ(status(without_token, request), 200);
  request.method = "POST";  // a form that sends itself
  EXPECT_EQ(status(without_token, request), 403);
  request.method = "GET";
  request.fetch_mode = "no-cors";  // a picture, a script
  EXPECT_EQ(status(without_token, request), 403);
}

}  // namespace
}  // namespace weir::api
