#include "gateway/key_source.hpp"

#include "gateway/written_request.hpp"

#include <gtest/gtest.h>

#include <memory_resource>
#include <string>
#include <vector>

namespace weir::gateway {
namespace {

using Kind = config::KeySource::Kind;

config::KeySource source(Kind kind, std::string name = {}) { return {.kind = kind, .name = std::move(name)}; }
config::KeySource network(int ipv4_bits, int ipv6_bits) {
  return {.kind = Kind::ip, .ipv4_prefix = ipv4_bits, .ipv6_prefix = ipv6_bits};
}

std::string key(const std::vector<config::KeySource>& parts, const WrittenRequest& request) {
  std::pmr::monotonic_buffer_resource memory;
  return std::string(key_text(parts, request, "/v1/*", memory).text);
}

TEST(KeySource, AnAddressIsWrittenWithoutItsPort) {
  EXPECT_EQ(key({network(32, 64)}, WrittenRequest().from("192.0.2.7:1234")), "192.0.2.7");
}

TEST(KeySource, Ipv6ClientsAreCountedByTheirNetwork) {
  EXPECT_EQ(key({network(32, 64)}, WrittenRequest().from("[2001:db8:1:2:3:4:5:6]:1234")), "2001:db8:1:2::");
  EXPECT_EQ(key({network(32, 128)}, WrittenRequest().from("[2001:db8::1]:1234")), "2001:db8::1");
}

TEST(KeySource, Ipv4InIpv6IsIpv4) {
  EXPECT_EQ(key({network(32, 64)}, WrittenRequest().from("[::ffff:192.0.2.7]:80")), "192.0.2.7");
}

TEST(KeySource, AWiderNetworkCountsAsOneClient) {
  EXPECT_EQ(key({network(24, 64)}, WrittenRequest().from("192.0.2.7:1")), "192.0.2.0");
  EXPECT_EQ(key({network(0, 64)}, WrittenRequest().from("192.0.2.7:1")), "0.0.0.0");
}

TEST(KeySource, WhatIsNoAddressIsMissing) {
  EXPECT_EQ(key({network(32, 64)}, WrittenRequest().from("/tmp/socket")), "");
  EXPECT_EQ(key({network(32, 64)}, WrittenRequest().from("")), "");
}

TEST(KeySource, RepeatedHeadersAreJoinedWithAComma) {
  const auto request = WrittenRequest().with("x-user", "a").with("x-other", "-").with("x-user", "b");
  EXPECT_EQ(key({source(Kind::header, "x-user")}, request), "a,b");
}

TEST(KeySource, AHeaderOfEmptyValuesIsMissing) {
  EXPECT_EQ(key({source(Kind::header, "x-user")}, WrittenRequest().with("x-user", "")), "");
  EXPECT_EQ(key({source(Kind::header, "x-user")}, WrittenRequest().with("x-user", "").with("x-user", "")), "");
}

TEST(KeySource, AKeyMayHoldAnyBytes) {
  const std::string bytes("\xff\x00\"\\\n{}%*", 9);
  EXPECT_EQ(key({source(Kind::header, "x-user")}, WrittenRequest().with("x-user", bytes)), bytes);
}

TEST(KeySource, QueryValuesArePercentDecoded) {
  const auto request = WrittenRequest().with(":path", "/find?q=1&user=a%20b%2Bc+d&user=other");
  EXPECT_EQ(key({source(Kind::query, "user")}, request), "a b+c+d");
}

TEST(KeySource, AnEscapedQueryNameIsTheSameName) {
  EXPECT_EQ(key({source(Kind::query, "user")}, WrittenRequest().with(":path", "/?us%65r=42")), "42");
}

TEST(KeySource, AnEmptyFirstValueIsNoWayAroundALimit) {
  const auto request = WrittenRequest().with(":path", "/?user=&user=42").with("cookie", "sid=; sid=7");
  EXPECT_EQ(key({source(Kind::query, "user")}, request), "42");
  EXPECT_EQ(key({source(Kind::cookie, "sid")}, request), "7");
}

TEST(KeySource, BrokenEscapesStandForThemselves) {
  EXPECT_EQ(key({source(Kind::query, "user")}, WrittenRequest().with(":path", "/?user=%zz%4")), "%zz%4");
}

TEST(KeySource, AQueryParameterWithoutAValueIsMissing) {
  EXPECT_EQ(key({source(Kind::query, "user")}, WrittenRequest().with(":path", "/?user&x=user=")), "");
  EXPECT_EQ(key({source(Kind::query, "user")}, WrittenRequest().with(":path", "/user=1")), "");
}

TEST(KeySource, ACookieIsFoundInAnyCookieHeaderAndDecoded) {
  const auto request = WrittenRequest().with("cookie", "a=1; b=2").with("cookie", "xsid=no; sid=\"a%3Db\"; sid=other");
  EXPECT_EQ(key({source(Kind::cookie, "sid")}, request), "a=b");
  EXPECT_EQ(key({source(Kind::cookie, "none")}, request), "");
}

TEST(KeySource, ThePathHasNoQuery) {
  EXPECT_EQ(key({source(Kind::path)}, WrittenRequest().with(":path", "/v1/things?a=/x")), "/v1/things");
}

TEST(KeySource, TheHostIsLowerCaseWithoutPort) {
  EXPECT_EQ(key({source(Kind::host)}, WrittenRequest().with(":authority", "API.Example.com:8080")), "api.example.com");
  EXPECT_EQ(key({source(Kind::host)}, WrittenRequest().with(":authority", "[2001:DB8::1]:80")), "[2001:db8::1]");
  EXPECT_EQ(key({source(Kind::host)}, WrittenRequest().with(":authority", "[2001:db8::1]")), "[2001:db8::1]");
}

TEST(KeySource, MethodRouteAndConstant) {
  const auto request = WrittenRequest().with(":method", "POST");
  EXPECT_EQ(key({source(Kind::method)}, request), "POST");
  EXPECT_EQ(key({source(Kind::route)}, request), "/v1/*");
  EXPECT_EQ(key({source(Kind::constant, "all")}, request), "all");
}

TEST(KeySource, SeveralPartsAreAListThatCannotBeForged) {
  const std::vector<config::KeySource> parts{source(Kind::header, "a"), source(Kind::header, "b")};
  EXPECT_EQ(key(parts, WrittenRequest().with("a", "1").with("b", "2")), R"(["1","2"])");
  EXPECT_NE(key(parts, WrittenRequest().with("a", "1\",\"2").with("b", "3")),
            key(parts, WrittenRequest().with("a", "1").with("b", "2\",\"3")));
}

TEST(KeySource, TheMissingPartIsNamed) {
  const std::vector<config::KeySource> parts{source(Kind::method), source(Kind::cookie, "sid")};
  std::pmr::monotonic_buffer_resource memory;
  const KeyText text = key_text(parts, WrittenRequest().with(":method", "GET"), "/", memory);
  ASSERT_EQ(text.missing, &parts[1]);
  EXPECT_EQ(describe(*text.missing), "cookie sid");
}

}  // namespace
}  // namespace weir::gateway
