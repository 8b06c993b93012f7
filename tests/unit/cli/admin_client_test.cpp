#include "cli/admin_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::cli {
namespace {

using testing::HasSubstr;

TEST(AnAdminUrl, NamesHostAndPort) {
  EXPECT_EQ(parse_admin_url("http://127.0.0.1:9090")->host, "127.0.0.1");
  EXPECT_EQ(parse_admin_url("http://127.0.0.1:9091/")->port, 9091);
  EXPECT_EQ(parse_admin_url("http://gateway.example")->port, 80);
  EXPECT_EQ(parse_admin_url("http://[::1]:9090")->host, "::1");
  EXPECT_EQ(parse_admin_url("http://gateway.example/weir/")->path, "/weir");
}

TEST(AnAdminUrl, NeedsNoScheme) { EXPECT_EQ(parse_admin_url("127.0.0.1:9091")->port, 9091); }

TEST(AnAdminUrl, IsPlainHttp) { EXPECT_THAT(parse_admin_url("https://gateway").error(), HasSubstr("no TLS")); }

TEST(AnAdminUrl, IsNeverShownWhenItIsWrong) {  // it may hold a password
  for (const char* wrong : {"", "http://", "ftp://x", "http://u:secret@h", "http://h:99999", "http://h?secret"}) {
    EXPECT_EQ(parse_admin_url(wrong).error(), "--admin must be a URL like http://127.0.0.1:9090") << wrong;
  }
}

}  // namespace
}  // namespace weir::cli
