#include "gateway/client_address.hpp"

#include "gateway/written_request.hpp"
#include "limiter/address.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace weir::gateway {
namespace {

constexpr std::string_view peer = "192.0.2.7:40000";

// What Envoy hands on: the lines that came, with its own entry appended to the last.
WrittenRequest forwarded(std::vector<std::string> lines) {
  WrittenRequest request;
  if (lines.empty()) lines.emplace_back();
  lines.back() += lines.back().empty() ? "192.0.2.7" : ", 192.0.2.7";
  for (std::string& line : lines) request.with("x-forwarded-for", std::move(line));
  return request;
}

std::string client(int trusted_proxies, std::vector<std::string> lines) {
  return std::string(client_address(forwarded(std::move(lines)), peer, trusted_proxies));
}

TEST(ClientAddress, WithoutTrustedProxiesIsThePeer) {
  EXPECT_EQ(client(0, {"203.0.113.1"}), peer);
  EXPECT_EQ(client(0, {}), peer);
}

TEST(ClientAddress, IsTheNthFromTheRightOfWhatCame) {
  EXPECT_EQ(client(1, {"203.0.113.1"}), "203.0.113.1");
  EXPECT_EQ(client(1, {"8.8.8.8, 203.0.113.1"}), "203.0.113.1");
  EXPECT_EQ(client(2, {"8.8.8.8, 203.0.113.1,10.0.0.1"}), "203.0.113.1");
}

TEST(ClientAddress, CountsThroughAllLines) {
  EXPECT_EQ(client(1, {"8.8.8.8", "203.0.113.1"}), "203.0.113.1");
  EXPECT_EQ(client(2, {"8.8.8.8, 203.0.113.1", "10.0.0.1"}), "203.0.113.1");
  EXPECT_EQ(client(2, {"203.0.113.1", "", "10.0.0.1"}), "203.0.113.1");
}

TEST(ClientAddress, IsThePeerWhenThereAreFewer) {
  EXPECT_EQ(client(1, {}), peer);
  EXPECT_EQ(client(2, {"203.0.113.1"}), peer);
  EXPECT_EQ(client(1'000'000'000, {"203.0.113.1, 203.0.113.2"}), peer);
  EXPECT_EQ(client_address(WrittenRequest(), peer, 1), peer);
}

TEST(ClientAddress, IsThePeerWhenThatEntryIsNone) {
  for (const char* entry :
       {"nonsense", "<script>", "unknown", "203.0.113.1,", "203.0.113.1, ", "203.0.113.1 203.0.113.2",
        "203.0.113.1:", "203.0.113.1:http", "203.0.113.1:123456", "[2001:db8::1", "[2001:db8::1]x",
        "[2001:db8::1]:", "2001:db8::1]", "[]", "[[::1]]", "203.0.113.01"}) {
    EXPECT_EQ(client(1, {entry}), peer) << entry;
  }
}

TEST(ClientAddress, MayHaveAPortAndBrackets) {
  EXPECT_EQ(client(1, {"203.0.113.1:4711"}), "203.0.113.1");
  EXPECT_EQ(client(1, {"2001:db8::1"}), "2001:db8::1");
  EXPECT_EQ(client(1, {"[2001:db8::1]"}), "2001:db8::1");
  EXPECT_EQ(client(1, {"[2001:db8::1]:4711"}), "2001:db8::1");
  EXPECT_EQ(client(1, {"\t[::ffff:203.0.113.1]:80 "}), "::ffff:203.0.113.1");
}

TEST(ClientAddress, IsWhatANaiveReadingSays) {
  const auto* given = std::getenv("WEIR_SEED");
  const auto seed = given == nullptr ? std::random_device{}() : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  std::mt19937 random(seed);
  const std::vector<std::string> entries{"1.2.3.4", "203.0.113.9", "2001:db8::7", "unknown", "999.1.1.1", "::", "-"};
  for (int trial = 0; trial < 20'000; ++trial) {
    std::vector<std::string> lines(1 + random() % 3);
    std::vector<std::string> all;
    for (std::string& line : lines) {
      for (auto count = random() % 4; count > 0; --count) {
        const std::string& entry = entries[random() % entries.size()];
        all.push_back(entry);
        line += (line.empty() ? "" : random() % 2 == 0 ? "," : " , ") + entry;
      }
    }
    const int trusted = static_cast<int>(random() % 6);
    std::string expected(peer);
    if (trusted > 0 && static_cast<std::size_t>(trusted) <= all.size()) {
      const std::string& entry = all[all.size() - static_cast<std::size_t>(trusted)];
      if (limiter::parse_address(entry)) expected = entry;
    }
    ASSERT_EQ(client(trusted, lines), expected) << "WEIR_SEED=" << seed << ", trial " << trial;
  }
}

TEST(ForwardedProto, IsTheListenersUnlessProxiesAreTrusted) {
  EXPECT_EQ(forwarded_proto(0, false), "http");
  EXPECT_EQ(forwarded_proto(0, true), "https");
  EXPECT_EQ(forwarded_proto(1, false), std::nullopt);
  EXPECT_EQ(forwarded_proto(2, true), std::nullopt);
}

}  // namespace
}  // namespace weir::gateway
