#include "store/url/store_url.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>

namespace weir::store {
namespace {

using Kind = StoreUrl::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

StoreUrl parsed(std::string_view text) {
  auto url = parse_store_url(text);
  EXPECT_TRUE(url) << text << ": " << url.error();
  return url.value_or(StoreUrl{.hosts = {}});
}

TEST(StoreUrl, OfOneServerHasItsDefaults) {
  const StoreUrl url = parsed("redis://cache");
  EXPECT_EQ(url.kind, Kind::single);
  EXPECT_FALSE(url.tls);
  EXPECT_THAT(url.hosts, ElementsAre(HostPort{"cache", 6379}));
  EXPECT_EQ(url.user, "");
  EXPECT_EQ(url.password, "");
  EXPECT_EQ(url.database, 0);
}

TEST(StoreUrl, OfOneServerHasPortDatabaseUserAndPassword) {
  const StoreUrl url = parsed("redis://gate:secret@127.0.0.1:7000/15");
  EXPECT_THAT(url.hosts, ElementsAre(HostPort{"127.0.0.1", 7000}));
  EXPECT_EQ(url.user, "gate");
  EXPECT_EQ(url.password, "secret");
  EXPECT_EQ(url.database, 15);
}

TEST(StoreUrl, MayEndInASlash) { EXPECT_EQ(parsed("redis://cache:7000/").database, 0); }

TEST(StoreUrl, MayHaveAPasswordAlone) {
  const StoreUrl url = parsed("redis://:secret@cache");
  EXPECT_EQ(url.user, "");
  EXPECT_EQ(url.password, "secret");
}

TEST(StoreUrl, MayHaveEmptyCredentials) { EXPECT_EQ(parsed("redis://:@cache").password, ""); }

TEST(StoreUrl, DecodesUserAndPassword) {
  const StoreUrl url = parsed("redis://a%40b:%00%2fp%25:w@cache");
  EXPECT_EQ(url.user, "a@b");
  EXPECT_EQ(url.password, std::string("\0/p%:w", 6));
}

TEST(StoreUrl, TakesTheLastAtSignAsTheEndOfThePassword) { EXPECT_EQ(parsed("redis://:p@ss@cache").password, "p@ss"); }

TEST(StoreUrl, HasIpv6AddressesInBrackets) {
  EXPECT_THAT(parsed("redis://[::1]").hosts, ElementsAre(HostPort{"::1", 6379}));
  EXPECT_THAT(parsed("redis://[2001:db8::7]:7000/1").hosts, ElementsAre(HostPort{"2001:db8::7", 7000}));
  EXPECT_THAT(parsed("redis+cluster://:x@[::1]:7000,[::2]").hosts,
              ElementsAre(HostPort{"::1", 7000}, HostPort{"::2", 6379}));
}

TEST(StoreUrl, OfAClusterNamesSomeOfItsNodes) {
  const StoreUrl url = parsed("redis+cluster://:x@a,b:7001,c");
  EXPECT_EQ(url.kind, Kind::cluster);
  EXPECT_THAT(url.hosts, ElementsAre(HostPort{"a", 6379}, HostPort{"b", 7001}, HostPort{"c", 6379}));
  EXPECT_EQ(parsed("redis+cluster://a/0").database, 0);
}

TEST(StoreUrl, OfSentinelsNamesTheMasterAndItsDatabase) {
  const StoreUrl url = parsed("redis+sentinel://u:p@a,b:7001/main%20db/3");
  EXPECT_EQ(url.kind, Kind::sentinel);
  EXPECT_THAT(url.hosts, ElementsAre(HostPort{"a", 26379}, HostPort{"b", 7001}));
  EXPECT_EQ(url.master, "main db");
  EXPECT_EQ(url.database, 3);
  EXPECT_EQ(parsed("redis+sentinel://a/main").database, 0);
}

TEST(StoreUrl, SaysByItsSchemeWhetherItIsTls) {
  for (const std::string kind : {"", "+cluster", "+sentinel"}) {
    EXPECT_FALSE(parsed("redis" + kind + "://a" + (kind == "+sentinel" ? "/m" : "")).tls);
    EXPECT_TRUE(parsed("rediss" + kind + "://a" + (kind == "+sentinel" ? "/m" : "")).tls);
    EXPECT_TRUE(parsed("valkeys" + kind + "://a" + (kind == "+sentinel" ? "/m" : "")).tls);
  }
}

TEST(StoreUrl, TakesValkeyForRedisAndSchemesOfAnyCase) {
  EXPECT_EQ(parsed("valkey+cluster://a").kind, Kind::cluster);
  EXPECT_EQ(parsed("REDIS://a").kind, Kind::single);
}

TEST(StoreUrl, IsToldByItsScheme) {
  EXPECT_TRUE(is_redis_url("redis://a"));
  EXPECT_TRUE(is_redis_url("rediss+sentinel://"));
  EXPECT_TRUE(is_redis_url("valkey://a"));
  EXPECT_FALSE(is_redis_url("memory"));
  EXPECT_FALSE(is_redis_url("redis"));
  EXPECT_FALSE(is_redis_url("redissss://a"));
  EXPECT_FALSE(is_redis_url("http://redis"));
  EXPECT_FALSE(is_redis_url(""));
}

TEST(StoreUrl, IsShownWithoutUserAndPassword) {
  const std::pair<const char*, const char*> shown_as[] = {
      {"redis://gate:secret@cache", "redis://cache:6379"},
      {"valkeys://:secret@[::1]:7000/2", "rediss://[::1]:7000/2"},
      {"redis+cluster://:secret@a,b:7001", "redis+cluster://a:6379,b:7001"},
      {"rediss+sentinel://gate:secret@a/main/1", "rediss+sentinel://a:26379/main/1"}};
  for (const auto& [text, expected] : shown_as) EXPECT_EQ(shown(parsed(text)), expected);
}

struct Wrong {
  std::string text;
  std::string because;
};

class WrongStoreUrl : public testing::TestWithParam<Wrong> {};

TEST_P(WrongStoreUrl, IsAnErrorThatKeepsTheSecret) {
  const auto url = parse_store_url(GetParam().text);
  ASSERT_FALSE(url) << GetParam().text;
  EXPECT_THAT(url.error(), HasSubstr(GetParam().because));
  EXPECT_THAT(url.error(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(url.error(), Not(HasSubstr("gate")));
}

INSTANTIATE_TEST_SUITE_P(
    StoreUrl, WrongStoreUrl,
    testing::Values(
        Wrong{"", "must start with redis://"}, Wrong{"s3cret", "must start with"},
        Wrong{"http://gate:s3cret@a", "must start with"}, Wrong{"redis:gate:s3cret@a", "must have //"},
        Wrong{"redis://", "names no host"}, Wrong{"redis:///1", "names no host"},
        Wrong{"redis://gate:s3cret@", "names no host"}, Wrong{"redis://:6379", "names no host"},
        Wrong{"redis://gate:s3cret@a:0", "port"}, Wrong{"redis://a:65536", "port"}, Wrong{"redis://a:", "port"},
        Wrong{"redis://gate:s3cret", "port"}, Wrong{"redis://a:+1", "port"}, Wrong{"redis://a:99999999999", "port"},
        Wrong{"redis://gate@a", "user without a password"}, Wrong{"redis://gate:@a", "empty password"},
        Wrong{"redis://gate:s3cret%4@a", "two hex digits"}, Wrong{"redis://gate:%zzs3cret@a", "two hex digits"},
        Wrong{"redis://:s3cret%@a", "two hex digits"}, Wrong{"redis://:s3cret%-1@a", "two hex digits"},
        Wrong{"redis://gate:s3cret/x@a", "percent-encoded"}, Wrong{"redis://gate:s3cret#x@a", "percent-encoded"},
        Wrong{"redis://:s3cret@a b", "space"}, Wrong{"redis://:s3cret@a\n", "control character"},
        Wrong{std::string("redis://:s3cret@a\0b", 19), "control character"},
        Wrong{"redis://:s3cret@a,b", "several hosts"}, Wrong{"redis://:s3cret@::1", "names no host"},
        Wrong{"redis://:s3cret@fe80::1", "without brackets"}, Wrong{"redis://:s3cret@[::1", "closing bracket"},
        Wrong{"redis://:s3cret@[1.2.3.4]", "not an IPv6"}, Wrong{"redis://[::1%eth0]", "not an IPv6"},
        Wrong{"redis://:s3cret@[::1]7", "after ']'"}, Wrong{"redis://:s3cret@a$", "host name"},
        Wrong{"redis://" + std::string(254, 'a'), "host name"}, Wrong{"redis://:s3cret@a/x", "database"},
        Wrong{"redis://a/1000000", "database"}, Wrong{"redis://a/-1", "database"}, Wrong{"redis://a/1/2", "database"},
        Wrong{"redis://a/1?x=s3cret", "options"}, Wrong{"redis+cluster://:s3cret@a/1", "a Cluster has 0"},
        Wrong{"redis+cluster://a,,b", "names no host"}, Wrong{"redis+cluster://a,", "names no host"},
        Wrong{"redis+sentinel://:s3cret@a", "does not name the master"}, Wrong{"redis+sentinel://a/", "the master"},
        Wrong{"redis+sentinel://a//1", "the master"}, Wrong{"redis+sentinel://a/m/x", "database"},
        Wrong{"redis+sentinel://a/%zz", "two hex digits"},
        Wrong{"redis+sentinel://a/" + std::string(257, 'm'), "256 bytes"}));

TEST(StoreUrl, NamesAtMost64Hosts) {
  std::string text = "redis+cluster://a";
  for (int i = 1; i < 64; ++i) text += ",a";
  EXPECT_EQ(parsed(text).hosts.size(), 64U);
  EXPECT_THAT(parse_store_url(text + ",a").error(), HasSubstr("more than 64"));
}

}  // namespace
}  // namespace weir::store
