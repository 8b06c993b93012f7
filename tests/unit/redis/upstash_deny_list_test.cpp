#include "store/redis/upstash/deny_list.hpp"

#include "store/redis/upstash/ip_deny_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace weir::store::redis::upstash {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Instant noon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h};

TEST(UpstashDenyList, AsksForAllMembersAtOnce) {
  const std::vector<std::string_view> members{"alice", "10.0.0.1"};
  const ScriptCall call = deny_call("p", members);
  EXPECT_THAT(call.keys, ElementsAre("p:denyList:all", "p:ipDenyListStatus"));
  EXPECT_THAT(call.arguments, ElementsAre("alice", "10.0.0.1"));
}

TEST(UpstashIpList, KeepsAddressesAlone) {
  EXPECT_THAT(read_ip_list("# a list\n1.2.3.4\r\n\n2001:db8::1\n<html>503</html>\n 5.6.7.8"),
              ElementsAre("1.2.3.4", "2001:db8::1", "5.6.7.8"));
  EXPECT_THAT(read_ip_list(""), IsEmpty());
}

TEST(UpstashIpList, IsValidUntilTwoInTheMorning) {
  EXPECT_EQ(until_refresh(noon), 14h);
  EXPECT_EQ(until_refresh(noon - 10h), 24h);
  EXPECT_EQ(until_refresh(noon - 10h - 1ms), 1ms);
}

TEST(UpstashIpList, HasASourceForEachThreshold) {
  EXPECT_THAT(ip_list_source(6).value(), HasSubstr("/6.txt"));
  for (const int threshold : {0, 9, -1}) EXPECT_THAT(ip_list_source(threshold).error(), HasSubstr("use 1 to 8"));
}

// A Redis and a web site that answer as they are told, when they are told.
struct World {
  std::vector<ScriptCall> sent{};
  std::vector<OnReply> replies{};
  std::vector<IpDenyList::OnText> texts{};
  std::shared_ptr<IpDenyList> list = IpDenyList::make(
      "p", "https://lists.example/6.txt",
      [this](const ScriptCall& call, OnReply done) {
        sent.push_back(call);
        replies.push_back(std::move(done));
      },
      [this](const std::string&, IpDenyList::OnText done) { texts.push_back(std::move(done)); });

  void redis_says(const Value& value) { replies.back()(Reply(std::cref(value))); }
  void redis_says_due(bool due) {
    const std::array items{Value{.type = Value::Type::array},
                           Value{.type = Value::Type::integer, .integer = due ? 1 : 0}};
    redis_says({.type = Value::Type::array, .items = items});
  }
};

TEST(UpstashIpDenyList, IsFetchedWhenItIsDue) {
  World world;
  world.list->tick(noon);
  ASSERT_EQ(world.sent.size(), 1);
  world.redis_says_due(true);
  ASSERT_EQ(world.texts.size(), 1);
  world.texts.back()("1.2.3.4\n");
  ASSERT_EQ(world.sent.size(), 2);
  EXPECT_THAT(world.sent.back().keys, ElementsAre("p:denyList:all", "p:denyList:ipDenyList", "p:ipDenyListStatus"));
  EXPECT_THAT(world.sent.back().arguments, ElementsAre("50400000", "1.2.3.4"));
  world.redis_says({.type = Value::Type::integer, .integer = 1});
  EXPECT_EQ(world.list->last_error(), "");
}

TEST(UpstashIpDenyList, IsLeftToWhoeverFetchesIt) {
  World world;
  world.list->tick(noon);
  world.redis_says_due(false);
  EXPECT_THAT(world.texts, IsEmpty());
}

TEST(UpstashIpDenyList, IsAskedForOnceAMinuteAndOneThingAtATime) {
  World world;
  world.list->tick(noon);
  world.list->tick(noon + 2min);
  EXPECT_EQ(world.sent.size(), 1);
  world.redis_says_due(false);
  world.list->tick(noon + 59s);
  EXPECT_EQ(world.sent.size(), 1);
  world.list->tick(noon + 60s);
  EXPECT_EQ(world.sent.size(), 2);
}

TEST(UpstashIpDenyList, AFetchThatFailsChangesNothingAndIsTriedAgain) {
  World world;
  world.list->tick(noon);
  world.redis_says_due(true);
  world.texts.back()(std::unexpected(std::string("503")));
  EXPECT_THAT(world.list->last_error(), HasSubstr("503"));
  world.list->tick(noon + 60s);
  world.redis_says_due(true);
  world.texts.back()("<html>maintenance</html>");
  EXPECT_THAT(world.list->last_error(), HasSubstr("no addresses"));
  EXPECT_EQ(world.sent.size(), 2);  // two questions, nothing written
}

TEST(UpstashIpDenyList, ASilentRedisIsAskedAgain) {
  World world;
  world.list->tick(noon);
  world.replies.back()(std::unexpected(Failure::down));
  EXPECT_NE(world.list->last_error(), "");
  world.list->tick(noon + 60s);
  EXPECT_EQ(world.sent.size(), 2);
}

}  // namespace
}  // namespace weir::store::redis::upstash
