#include "store/url/host.hpp"

#include <gtest/gtest.h>

namespace weir::store {
namespace {

TEST(Host, IsShownWithItsPort) {
  EXPECT_EQ(shown({"redis.example.com", 6379}), "redis.example.com:6379");
  EXPECT_EQ(shown({"::1", 6379}), "[::1]:6379");
}

TEST(Host, ThePortStandsInTheHeaderWhereItIsNotTheSchemes) {
  EXPECT_EQ(host_header({"h", 80}, false), "h");
  EXPECT_EQ(host_header({"h", 443}, true), "h");
  EXPECT_EQ(host_header({"h", 80}, true), "h:80");
  EXPECT_EQ(host_header({"h", 443}, false), "h:443");
}

TEST(Host, AnIpv6AddressStandsInBracketsInTheHeader) {
  EXPECT_EQ(host_header({"::1", 8000}, false), "[::1]:8000");
  EXPECT_EQ(host_header({"::1", 443}, true), "[::1]");
}

}  // namespace
}  // namespace weir::store
