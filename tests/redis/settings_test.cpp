// What processes share beside counters, on a real server: settings, generations, who is alive.
#include "store/redis/settings/settings.hpp"

#include "limiter/carry.hpp"
#include "limiter/deny_list.hpp"
#include "limiter/run_time_settings.hpp"
#include "redis_server.hpp"
#include "store/redis/client/client_options.hpp"
#include "store/redis/native/layout.hpp"
#include "store/redis/store/redis_store.hpp"

#include <weir/weir.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A process of its own: a store and the thread that runs it.
class Process {
 public:
  explicit Process(const RedisServer& server) {
    auto client =
        make_client(loop_.get_executor(), {.url = parse_store_url("redis://" + server.address()).value()}).value();
    settings = SharedSettings::make(loop_.get_executor(), client, {});
    room = std::make_shared<RedisStore>(loop_.get_executor(), client, native_layout("weir"),
                                        StoreOptions{.timeout = 5s}, settings);
    store = std::make_shared<weir::Store>(room);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    store.reset();
    room.reset();  // posts its end
    boost::asio::post(loop_, [this] { work_.reset(); });
    thread_.join();
  }

  [[nodiscard]] Limiter limiter(const Rule& rule = fixed_window(5, 1h)) const {
    return Limiter(rule, {.name = "per-user", .store = store, .timeout = 5s});
  }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = make_work_guard(loop_);
  std::thread thread_{[this] { loop_.run(); }};

 public:
  std::shared_ptr<SharedSettings> settings;
  std::shared_ptr<RedisStore> room;
  std::shared_ptr<weir::Store> store;
};

// Deciding asks for what is new.
bool becomes_true_while_deciding(Limiter& limiter, const std::function<bool()>& state) {
  return becomes_true([&] {
    (void)limiter.remaining("somebody");
    return state();
  });
}

class SettingsInRedis : public testing::Test {
 protected:
  RedisServer server_;
};

TEST_F(SettingsInRedis, ARateSetByOneProcessHoldsInAnotherWithinTwoSeconds) {
  const Process here(server_);
  const Process there(server_);
  Limiter own = here.limiter();
  Limiter other = there.limiter();
  ASSERT_EQ(other.remaining("user").limit, 5);
  const auto changed = own.set_rate(fixed_window(9, 1h));
  ASSERT_TRUE(changed) << changed.error();
  EXPECT_EQ(own.rate().rule.count, 9);  // here at once
  const auto set = steady_clock::now();
  EXPECT_TRUE(becomes_true_while_deciding(other, [&] { return other.remaining("user").limit == 9; }));
  RecordProperty("seen_after_ms", static_cast<int>((steady_clock::now() - set) / 1ms));
}

TEST_F(SettingsInRedis, AProcessThatRestedKnowsWhatIsNewAtItsNextDecision) {
  const Process here(server_);
  const Process there(server_);
  Limiter own = here.limiter();
  Limiter other = there.limiter();
  ASSERT_TRUE(other.limit("user"));
  const auto rested = steady_clock::now();
  ASSERT_TRUE(own.deny("user"));
  ASSERT_TRUE(becomes_true([&] { return steady_clock::now() - rested >= 2s; }));
  EXPECT_EQ(other.limit("user").reason, Reason::denied);
}

TEST_F(SettingsInRedis, ANewProcessKnowsThemAtItsFirstDecision) {
  {
    const Process before(server_);
    Limiter own = before.limiter();
    ASSERT_TRUE(own.set_rate("vip", fixed_window(50, 1h)));
    ASSERT_TRUE(own.deny("10.0.0.0/8"));
  }
  const Process after(server_);
  Limiter own = after.limiter();
  EXPECT_EQ(own.limit("10.1.2.3").reason, Reason::denied);
  EXPECT_EQ(own.limit("vip").remaining, 49);
}

TEST_F(SettingsInRedis, TheListWithoutALimitIsShared) {
  const Process here(server_);
  const Process there(server_);
  limiter::DenyList own;
  limiter::DenyList other;
  own.share(*here.room, nullptr);
  other.share(*there.room, nullptr);
  const auto denied = limiter::set_and_wait(*here.room, [&](limiter::OnSet done) {
    limiter::deny(own, "1.2.3.4", std::nullopt, system_time(), std::move(done));
  });
  ASSERT_TRUE(denied);
  EXPECT_TRUE(becomes_true([&] {
    there.settings->poll();
    return other.denies("1.2.3.4", system_time());
  }));
}

TEST_F(SettingsInRedis, AnEntryWithATtlEndsHereThereAndInRedis) {
  const Process here(server_);
  const Process there(server_);
  Limiter own = here.limiter(fixed_window(1000, 1h));
  Limiter other = there.limiter(fixed_window(1000, 1h));
  ASSERT_TRUE(own.deny("user", 1500ms));
  EXPECT_THAT(server_.cli({"PTTL", "weir:{shared}:denied"}), Not(HasSubstr("-")));
  EXPECT_EQ(own.limit("user").reason, Reason::denied);
  EXPECT_TRUE(becomes_true([&] { return own.limit("user").allowed; }));
  EXPECT_TRUE(becomes_true([&] { return other.limit("user").allowed; }));
  EXPECT_TRUE(becomes_true([&] { return server_.cli({"EXISTS", "weir:{shared}:denied"}) == "0"; }));
}

TEST_F(SettingsInRedis, ALongerEntryKeepsTheOthersTtl) {
  const Process here(server_);
  Limiter own = here.limiter();
  ASSERT_TRUE(own.deny("long", 1h));
  ASSERT_TRUE(own.deny("short", 10s));
  EXPECT_GT(std::stol(server_.cli({"TTL", "weir:{shared}:denied"})), 3000);
  ASSERT_TRUE(own.undeny("long"));
  EXPECT_LE(std::stol(server_.cli({"TTL", "weir:{shared}:denied"})), 10);
}

TEST_F(SettingsInRedis, WhatIsOfferedIsWrittenWhereNothingIsSet) {
  const Process there(server_);
  Limiter other = there.limiter(fixed_window(1000, 1h));
  ASSERT_TRUE(other.set_rate(fixed_window(900, 1h)));
  Limiter before(fixed_window(1000, 1h), {.name = "per-user", .store = memory_store()});
  ASSERT_TRUE(before.set_rate(fixed_window(700, 1h)));
  ASSERT_TRUE(before.deny("for a while", 1h));
  ASSERT_TRUE(before.deny("for ever"));
  const Process here(server_);
  Limiter after = here.limiter(fixed_window(1000, 1h));
  EXPECT_THAT(limiter::carry_settings(before, after), IsEmpty());
  EXPECT_EQ(after.limit("for ever").reason, Reason::denied) << "at once";
  EXPECT_TRUE(becomes_true([&] {
    return other.limit("for a while").reason == Reason::denied && other.limit("for ever").reason == Reason::denied;
  }));
  EXPECT_EQ(after.rate().rule.count, 900) << "what is set there holds";
  EXPECT_EQ(other.rate().rule.count, 900);
  EXPECT_GT(std::stol(server_.cli({"TTL", "weir:{shared}:denied"})), 3000);
}

TEST_F(SettingsInRedis, SettingsAloneHaveNoTtl) {
  const Process here(server_);
  Limiter own = here.limiter();
  ASSERT_TRUE(own.limit("user"));
  ASSERT_TRUE(own.set_rate(fixed_window(9, 1h)));
  ASSERT_TRUE(own.deny("bad"));
  ASSERT_TRUE(own.deny("worse", 1h));
  ASSERT_TRUE(own.reset_all());
  ASSERT_TRUE(own.limit("user"));
  EXPECT_EQ(server_.cli({"EVAL",
                         "local found = {} for _, key in ipairs(redis.call('KEYS', '*')) do if redis.call('PTTL', key) "
                         "< 0 then found[#found + 1] = key end end return found",
                         "0"}),
            "weir:{shared}:settings");
  EXPECT_EQ(server_.cli({"HGET", "weir:{shared}:settings", "per-user rate"}), "v1 9 per 3600000000000");
}

TEST_F(SettingsInRedis, SettingsSurviveARestartOfRedisThatKeepsItsData) {
  RedisServer kept({"--appendonly", "yes", "--appendfsync", "always"});
  {
    const Process before(kept);
    Limiter own = before.limiter();
    ASSERT_TRUE(own.set_rate(fixed_window(9, 1h)));
  }
  kept.restart();
  ASSERT_TRUE(becomes_true([&] { return kept.cli({"EXISTS", "weir:{shared}:settings"}) == "1"; }));  // loaded
  const Process after(kept);
  Limiter own = after.limiter();
  EXPECT_EQ(own.remaining("user").limit, 9);
}

TEST_F(SettingsInRedis, NothingIsSetWhileRedisIsAwayAndWhatIsKnownStays) {
  const Process here(server_);
  Limiter own = here.limiter();
  ASSERT_TRUE(own.set_rate(fixed_window(9, 1h)));
  server_.kill();
  EXPECT_FALSE(own.set_rate(fixed_window(10, 1h)));
  EXPECT_FALSE(own.deny("user"));
  EXPECT_EQ(own.rate().rule.count, 9);
  EXPECT_THAT(own.denied(), IsEmpty());
  EXPECT_TRUE(own.limit("user").allowed);  // locally, by that rate
  server_.start();
  EXPECT_TRUE(becomes_true([&] { return own.set_rate(fixed_window(10, 1h)).has_value(); }));
}

TEST_F(SettingsInRedis, AResetOfAllKeysIsOneEverywhere) {
  const Process here(server_);
  const Process there(server_);
  Limiter own = here.limiter();
  Limiter other = there.limiter();
  ASSERT_TRUE(own.limit("user", 5));
  ASSERT_FALSE(other.limit("user").allowed);
  ASSERT_TRUE(own.reset_all());
  EXPECT_TRUE(own.limit("user", 2).allowed);
  EXPECT_EQ(other.remaining("user").remaining, 3);  // written under the new generation: it holds for all
  EXPECT_TRUE(own.reset_all());
  EXPECT_TRUE(becomes_true_while_deciding(other, [&] { return other.remaining("user").remaining == 5; }));
}

TEST_F(SettingsInRedis, WhoDecidesIsCountedAndWhoLeavesIsNot) {
  const Process here(server_);
  Limiter own = here.limiter();
  {
    const Process there(server_);
    Limiter other = there.limiter();
    EXPECT_TRUE(becomes_true([&] {
      (void)own.remaining("user");
      (void)other.remaining("user");
      return here.room->instances() == 2 && there.room->instances() == 2;
    }));
  }
  EXPECT_TRUE(becomes_true_while_deciding(own, [&] { return here.room->instances() == 1; }));
  EXPECT_LE(std::stol(server_.cli({"PTTL", "weir:{shared}:instances"})), 5000);
}

TEST_F(SettingsInRedis, ManySettingsAreKnownToANewProcess) {
  constexpr int many = 100'000;
  server_.cli({"EVAL",
               "for i = 1, " + std::to_string(many) +
                   " do redis.call('HSET', 'weir:{shared}:settings', 'per-user deny user' .. i, '') end "
                   "redis.call('SET', 'weir:{shared}:version', '7', 'PX', 1000000)",
               "0"});
  const Process here(server_);
  Limiter own = here.limiter();
  EXPECT_TRUE(becomes_true_while_deciding(own, [&] { return own.denied().size() == many; }));
  EXPECT_THAT(own.deny("one more").error(), HasSubstr("100000"));
}

TEST_F(SettingsInRedis, AKeyOfAnotherTypeIsNoSettingAndHurtsNoDecision) {
  server_.cli({"SET", "weir:{shared}:settings", "not a hash"});
  const Process here(server_);
  Limiter own = here.limiter();
  EXPECT_TRUE(own.limit("user").allowed);
  EXPECT_FALSE(own.set_rate(fixed_window(9, 1h)));
}

}  // namespace
}  // namespace weir::store::redis
