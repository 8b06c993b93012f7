#include "limiter/address.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::limiter {
namespace {

class WellFormedAddress : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(WellFormedAddress, IsReadAndWrittenInItsOneForm) {
  const auto address = parse_address(GetParam().first);
  ASSERT_TRUE(address);
  EXPECT_EQ(to_string(*address), GetParam().second);
  EXPECT_EQ(parse_address(to_string(*address)), address);
}

INSTANTIATE_TEST_SUITE_P(
    Address, WellFormedAddress,
    testing::Values(std::pair{"1.2.3.4", "1.2.3.4"}, std::pair{"0.0.0.0", "0.0.0.0"},
                    std::pair{"255.255.255.255", "255.255.255.255"}, std::pair{"::", "::"}, std::pair{"::1", "::1"},
                    std::pair{"1::", "1::"}, std::pair{"2001:DB8::1", "2001:db8::1"},
                    std::pair{"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
                    std::pair{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
                    std::pair{"1:0:0:2:0:0:0:3", "1:0:0:2::3"}, std::pair{"1:0:0:2:3:0:0:4", "1::2:3:0:0:4"},
                    std::pair{"0001:0002:0003:0004:0005:0006:0007:0008", "1:2:3:4:5:6:7:8"},
                    std::pair{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"}, std::pair{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
                    std::pair{"64:ff9b::1.2.3.4", "64:ff9b::102:304"}, std::pair{"::ffff:1.2.3.4", "1.2.3.4"},
                    std::pair{"::ffff:102:304", "1.2.3.4"}, std::pair{"0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"}));

class MalformedAddress : public testing::TestWithParam<std::string> {};

TEST_P(MalformedAddress, IsRefused) { EXPECT_FALSE(parse_address(GetParam())); }

INSTANTIATE_TEST_SUITE_P(Address, MalformedAddress,
                         testing::Values("", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1",
                                         "01.2.3.4", "1.2.3.00", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80",
                                         "1.2.3.-4", "+1.2.3.4", "1.2.3.4/8", "999999999999.1.1.1", "2130706433", ":",
                                         ":::", "1:", ":1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
                                         "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "12345::", "g::", "::1%eth0",
                                         "[::1]", "::1.2.3", "::1.2.3.4.5", "1.2.3.4::", "::1.2.3.4:5", "::01.2.3.4",
                                         "1:2:3:4:5:6:7:1.2.3.4", "::256.1.1.1", std::string("1.2.3.4\0", 8),
                                         std::string(1000, ':')));

TEST(Network, IsReadWithItsHostBitsDropped) {
  EXPECT_EQ(to_string(parse_network("10.1.2.3/8").value()), "10.0.0.0/8");
  EXPECT_EQ(to_string(parse_network("0.0.0.0/0").value()), "0.0.0.0/0");
  EXPECT_EQ(to_string(parse_network("1.2.3.4").value()), "1.2.3.4/32");
  EXPECT_EQ(to_string(parse_network("2001:db8:1:2:3::/64").value()), "2001:db8:1:2::/64");
  EXPECT_EQ(to_string(parse_network("2001:db8::ff/121").value()), "2001:db8::80/121");
  EXPECT_EQ(to_string(parse_network("::1").value()), "::1/128");
}

TEST(Network, OfIpv4InIpv6IsIpv4) {
  EXPECT_EQ(to_string(parse_network("::ffff:10.0.0.0/104").value()), "10.0.0.0/8");
  EXPECT_EQ(to_string(parse_network("::ffff:0:0/96").value()), "0.0.0.0/0");
  EXPECT_EQ(to_string(parse_network("::ffff:0:0/95").value()), "::fffe:0:0/95");
}

TEST(Network, WithAMalformedLengthIsRefused) {
  for (const char* text : {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8 ", "10.0.0.0/8/8",
                           "::/129", "::/1000", "/8", "10.0.0/8", "10.0.0.0/255.0.0.0"}) {
    EXPECT_FALSE(parse_network(text)) << text;
  }
}

TEST(Network, HoldsItsAddressesOnly) {
  const Network ten = parse_network("10.0.0.0/8").value();
  EXPECT_TRUE(contains(ten, parse_address("10.255.0.1").value()));
  EXPECT_TRUE(contains(ten, parse_address("::ffff:10.0.0.1").value()));
  EXPECT_FALSE(contains(ten, parse_address("11.0.0.1").value()));
  EXPECT_FALSE(contains(ten, parse_address("::a00:1").value()));
  EXPECT_FALSE(contains(parse_network("::/0").value(), parse_address("1.2.3.4").value()));
  EXPECT_TRUE(contains(parse_network("2001:db8::/33").value(), parse_address("2001:db8:7fff::").value()));
  EXPECT_FALSE(contains(parse_network("2001:db8::/33").value(), parse_address("2001:db8:8000::").value()));
}

}  // namespace
}  // namespace weir::limiter
