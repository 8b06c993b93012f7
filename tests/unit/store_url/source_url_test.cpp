#include "store/url/source_url.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::store {
namespace {

using testing::HasSubstr;

TEST(SourceUrl, IsHostPortAndTarget) {
  const auto url = parse_source_url("https://lists.example.com/levels/6.txt?a=b");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, (HostPort{"lists.example.com", 443}));
  EXPECT_EQ(url->target, "/levels/6.txt?a=b");
}

TEST(SourceUrl, HasATargetWithoutAPath) {
  EXPECT_EQ(parse_source_url("http://h")->target, "/");
  EXPECT_EQ(parse_source_url("http://h?x")->target, "/?x");
}

TEST(SourceUrl, WhatIsWrongIsSaid) {
  const auto why = [](const std::string& text) { return parse_source_url(text).error(); };
  EXPECT_THAT(why("ftp://h/x"), HasSubstr("http://"));
  EXPECT_THAT(why("http://"), HasSubstr("no host"));
  EXPECT_THAT(why("http://user:sesame@h/x"), HasSubstr("a user"));
  EXPECT_THAT(why("http://h/a b"), HasSubstr("visible"));
  EXPECT_THAT(why("http://h/a\r\nx: y"), HasSubstr("visible"));
  EXPECT_THAT(why("http://h/#x"), HasSubstr("#"));
  EXPECT_THAT(why("http://h:0/"), HasSubstr("port"));
  EXPECT_THAT(why("http://h/" + std::string(3000, 'x')), HasSubstr("2048"));
}

}  // namespace
}  // namespace weir::store
