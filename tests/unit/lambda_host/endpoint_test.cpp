// AWS_LAMBDA_RUNTIME_API.
#include "lambda_host/connection.hpp"

#include <gmock/gmock.h>

namespace weir::lambda_host {
namespace {

TEST(AnEndpoint, IsHostAndPort) {
  const auto endpoint = endpoint_of("127.0.0.1:9001");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->host, "127.0.0.1");
  EXPECT_EQ(endpoint->port, 9001);
  EXPECT_EQ(shown(*endpoint), "127.0.0.1:9001");
}

TEST(AnEndpoint, MayBeOfIpv6) {
  const auto endpoint = endpoint_of("[::1]:80");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->host, "::1");
  EXPECT_EQ(shown(*endpoint), "[::1]:80");
}

TEST(AnEndpoint, IsNothingElse) {
  for (const char* text : {"", ":", "host", "host:", ":80", "host:0", "host:65536", "host:80x", "::1:80", "a b:80",
                           "http://host:80", "[]:80", "host:-1"}) {
    EXPECT_FALSE(endpoint_of(text)) << text;
  }
}

}  // namespace
}  // namespace weir::lambda_host
