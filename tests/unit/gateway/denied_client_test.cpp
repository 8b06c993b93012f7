#include "gateway/denied_client.hpp"

#include "gateway/a_limit.hpp"
#include "gateway/runtime.hpp"
#include "gateway/written_request.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using Kind = config::KeySource::Kind;

class DeniedClients : public testing::Test {
 protected:
  static Settings settings() {
    config::Limit limit = per_user("mixed", fixed_window(1, 1min));
    limit.key = {{.kind = Kind::header, .name = "x-user"}, {.kind = Kind::path}, {.kind = Kind::jwt, .name = "sub"}};
    Settings settings;
    settings.limits = {limit};
    return settings;
  }
  void deny(std::string_view pattern) { ASSERT_TRUE(runtime_.deny_list().add(pattern, std::nullopt, runtime_.now())); }
  [[nodiscard]] std::optional<DeniedClient> of_route(const WrittenRequest& request) const {
    return denied_client(runtime_.deny_list(), request, &route_, runtime_.now());
  }
  [[nodiscard]] std::optional<DeniedClient> elsewhere(const WrittenRequest& request) const {
    return denied_client(runtime_.deny_list(), request, nullptr, runtime_.now());
  }

  Runtime runtime_{settings()};
  RouteLimits route_ = runtime_.limits_of({.name = "/*", .upstream = "u", .limits = {{"mixed"}}});
};

TEST_F(DeniedClients, AreNoneWhileTheListIsEmpty) { EXPECT_FALSE(of_route(WrittenRequest().with("x-user", "ann"))); }

TEST_F(DeniedClients, AreKnownByTheirAddressEverywhere) {
  deny("192.0.2.0/24");
  EXPECT_TRUE(of_route(WrittenRequest().from("192.0.2.9:1234")));
  EXPECT_TRUE(elsewhere(WrittenRequest().from("[::ffff:192.0.2.9]:1234")));
  EXPECT_EQ(elsewhere(WrittenRequest().from("192.0.2.9:1234"))->limit, nullptr);
  EXPECT_FALSE(elsewhere(WrittenRequest().from("192.0.3.9:1234")));
}

TEST_F(DeniedClients, AreKnownByWhatALimitCountsThemBy) {
  deny("mallory");
  EXPECT_EQ(of_route(WrittenRequest().with("x-user", "mallory"))->limit, route_.limits.front().front());
  EXPECT_TRUE(of_route(WrittenRequest().with("x-weir-jwt-sub", "mallory")));
  EXPECT_FALSE(of_route(WrittenRequest().with(":path", "mallory")));
  EXPECT_FALSE(elsewhere(WrittenRequest().with("x-user", "mallory")));
}

}  // namespace
}  // namespace weir::gateway
