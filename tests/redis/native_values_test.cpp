// What lies in Redis: values, their TTLs, and what becomes of values that are not as expected.
#include "limits/wide.hpp"
#include "native_steered.hpp"
#include "store/redis/layout/script_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

class ANativeValue : public testing::Test {
 protected:
  ANativeValue() { redis_.now = t0; }

  std::shared_ptr<const Space> open(const Rule& rule) { return layout_->open("p", rule); }
  Verdict take(const Space& space, std::int64_t cost, Key key = "u") {
    const Ask ask{.key = key, .costs = {&cost, 1}};
    const auto& own = static_cast<const RedisSpace&>(space);
    const WireReply reply = redis_.run(layout_->each(own, {&ask, 1}, redis_.now));
    Verdict verdict;
    EXPECT_TRUE(layout_->read_each(own, {&ask, 1}, redis_.now, reply.value(), {&verdict, 1})) << reply.value().text;
    return verdict;
  }
  std::expected<Answer, std::string> joint(std::vector<Check> checks, std::string_view id = {}) {
    const Call call{.checks = checks, .now = redis_.now, .id = id, .lease = id.empty() ? Nanos(0) : Nanos(60s)};
    const WireReply reply = redis_.run(layout_->joint(call, ""));
    return layout_->read_joint(call, reply.value());
  }
  std::expected<Settled, std::string> settle(std::string_view id, std::int64_t amount) {
    return layout_->read_settled(redis_.run(layout_->settle(id, "", {&amount, 1})).value());
  }
  std::expected<Settled, std::string> reset(const Space& space) {
    const auto& own = static_cast<const RedisSpace&>(space);
    return layout_->read_settled(redis_.run(layout_->reset(own, "u", redis_.now)).value());
  }
  std::string value(std::string_view key = "p:{u}") { return redis_.wire().text({"GET", key}); }
  std::int64_t ttl(std::string_view key = "p:{u}") { return redis_.wire().number({"PTTL", key}); }

  Steered redis_;
  std::unique_ptr<Layout> layout_ = native_layout("weir");
};

TEST_F(ANativeValue, CanBeRead) {
  (void)take(*open(fixed_window(100, 1min)), 3);
  EXPECT_EQ(value(), "f1m 1781481600000000 3");
  (void)redis_.wire().ask({"DEL", "p:{u}"});
  (void)take(*open(sliding_window(100, 1h)), 3);
  EXPECT_EQ(value(), "s1h 1781481600000000 3 0");
  (void)redis_.wire().ask({"DEL", "p:{u}"});
  (void)take(*open(gcra(100, 1min)), 3);
  EXPECT_EQ(value(), "g1m 1781481601800000");
  (void)redis_.wire().ask({"DEL", "p:{u}"});
  (void)take(*open(token_bucket(7, 1s)), 1);
  EXPECT_EQ(value(), "t1s 1781481600142857 1 7") << "a seventh of a second, exactly";
  (void)redis_.wire().ask({"DEL", "p:{u}"});
  (void)take(*open(interval_bucket(5, 10s)), 2);
  EXPECT_EQ(value(), "i10s 1781481600000000 2");
  (void)redis_.wire().ask({"DEL", "p:{u}"});
  Rule monthly = fixed_window(100, Period::month());
  monthly.anchor = std::chrono::year(2026) / 1 / 15;
  (void)take(*open(monthly), 1);
  EXPECT_EQ(value(), "f1month@2026-01-15 1781481600000000 1");
}

TEST_F(ANativeValue, LivesAsLongAsItMattersAndASecond) {
  (void)take(*open(fixed_window(100, 1min)), 3);
  EXPECT_THAT(ttl(), testing::AllOf(testing::Gt(60'000), testing::Le(61'000)));
}

TEST_F(ANativeValue, ThatLostItsTtlGetsOneWhateverIsAsked) {
  const auto space = open(gcra(2, 1min));
  (void)take(*space, 2);
  for (const std::int64_t cost : {std::int64_t{0}, std::int64_t{1}, std::int64_t{5}}) {
    (void)redis_.wire().ask({"PERSIST", "p:{u}"});
    EXPECT_FALSE(take(*space, cost).allowed());
    EXPECT_GT(ttl(), 59'000) << "after cost " << cost;
  }
  (void)redis_.wire().ask({"PERSIST", "p:{u}"});
  EXPECT_TRUE(joint({{space.get(), "u", 1}}));
  EXPECT_GT(ttl(), 59'000);
}

TEST_F(ANativeValue, OfAnotherRuleStaysBesideTheOwnOne) {
  const auto by_minute = open(fixed_window(10, 1min));
  const auto bucket = open(gcra(10, 1s));
  (void)take(*by_minute, 4);
  EXPECT_EQ(take(*bucket, 10).remaining, 0);
  EXPECT_EQ(take(*by_minute, 0).remaining, 6) << "neither resets the other";
  EXPECT_EQ(take(*bucket, 0).remaining, 0);
  EXPECT_THAT(value(), StartsWith("g1s "));
  EXPECT_THAT(value(), HasSubstr(";f1m 1781481600000000 4~"));
  EXPECT_GT(ttl(), 59'000) << "the longer of the two";
  redis_.now += 62s;
  (void)take(*bucket, 1);
  EXPECT_EQ(value(), "g1s 1781481662100000") << "what is over is gone";
}

TEST_F(ANativeValue, ThatIsNotOfWeirIsLeftAloneAndSaid) {
  const auto space = open(fixed_window(10, 1min));
  const auto log = open(sliding_log(10, 1min));
  const auto slots = open(concurrency(10));
  for (const std::vector<std::string_view>& command : {std::vector<std::string_view>{"SET", "p:{u}", "hello"},
                                                       {"RPUSH", "p:{u}", "a"},
                                                       {"ZADD", "p:{u}", "1", "a"},
                                                       {"HSET", "p:{u}", "a", "b"}}) {
    (void)redis_.wire().ask({"DEL", "p:{u}"});
    (void)redis_.wire().ask(command);
    const std::string before = redis_.wire().text({"DUMP", "p:{u}"});
    EXPECT_FALSE(decided(take(*space, 1))) << command[0];
    EXPECT_FALSE(decided(take(*log, 1))) << command[0];
    for (const auto& one : {space, log, slots}) {
      const auto answer = joint({{open(gcra(5, 1min)).get(), "other", 1}, {one.get(), "u", 1, true}}, "id");
      ASSERT_FALSE(answer) << command[0];
      EXPECT_THAT(answer.error(), StartsWith("WRONGTYPE "));
    }
    EXPECT_FALSE(reset(*space));
    EXPECT_EQ(redis_.wire().text({"DUMP", "p:{u}"}), before) << command[0];
    EXPECT_EQ(redis_.wire().number({"EXISTS", "p:{other}", "weir:id:{}id"}), 0) << "nothing is half done";
  }
}

TEST_F(ANativeValue, ThatIsNotOfWeirDoesNotTouchOtherKeysOfTheCall) {
  const auto space = open(fixed_window(10, 1min));
  (void)redis_.wire().ask({"RPUSH", "p:{u}", "a"});
  const std::int64_t cost = 1;
  const std::array asks{Ask{.key = "u", .costs = {&cost, 1}}, Ask{.key = "v", .costs = {&cost, 1}}};
  const auto& own = static_cast<const RedisSpace&>(*space);
  const WireReply reply = redis_.run(layout_->each(own, asks, redis_.now));
  std::array<Verdict, 2> verdicts;
  ASSERT_TRUE(layout_->read_each(own, asks, redis_.now, reply.value(), verdicts));
  EXPECT_FALSE(decided(verdicts[0]));
  EXPECT_EQ(verdicts[1].remaining, 9);
}

TEST_F(ANativeValue, OfWeirInAnotherShapeStartsAfresh) {
  const auto log = open(sliding_log(10, 1min));
  const auto slots = open(concurrency(10));
  const auto window = open(fixed_window(10, 1min));
  (void)take(*log, 3);
  EXPECT_EQ(take(*window, 1).remaining, 9);
  EXPECT_EQ(take(*log, 1).remaining, 9);
  EXPECT_TRUE(joint({{slots.get(), "u", 4}}, "a")->verdicts[0].allowed());
  EXPECT_EQ(take(*window, 2).remaining, 8);
  EXPECT_TRUE(joint({{slots.get(), "u", 5}}, "b")->verdicts[0].allowed());
  EXPECT_EQ(take(*log, 2).remaining, 8);
  EXPECT_GT(ttl(), 0);
}

TEST_F(ANativeValue, OfALowerGenerationIsAsGoodAsNoneAndOfAHigherOneCounts) {
  const auto space = open(fixed_window(10, 1min));
  auto behind = native_layout("weir");  // a process that has not heard of it
  (void)take(*space, 4);
  static_cast<const RedisSpace&>(*space).generation() = 5;
  EXPECT_EQ(take(*space, 1).remaining, 9);
  EXPECT_EQ(value(), "f1m#5 1781481600000000 1");
  layout_.swap(behind);
  EXPECT_EQ(take(*open(fixed_window(10, 1min)), 1).remaining, 8);
  EXPECT_EQ(value(), "f1m#5 1781481600000000 2");
}

TEST_F(ANativeValue, OfALogIsMadeAnewAsItMovesOn) {
  const auto space = open(sliding_log(1000, 1s));
  for (int at = 0; at < 3000; ++at) {
    redis_.now += 10ms;
    ASSERT_EQ(take(*space, 1).remaining, at < 99 ? 999 - at : 900);
  }
  EXPECT_LT(redis_.wire().number({"STRLEN", "p:{u}"}), 64 + 3 * 100 * 16);
}

TEST_F(ANativeValue, OfHoldersIsASetOfThemByTheEndOfTheirLease) {
  const auto slots = open(concurrency(10));
  (void)joint({{slots.get(), "u", 4}}, "a");
  EXPECT_EQ(redis_.server().cli({"ZRANGE", "p:{u}", "0", "-1", "WITHSCORES"}), "4:1:a\n1781481660000000\nheld=4\ninf");
  EXPECT_TRUE(settle("a", 0)->has_value());
  EXPECT_EQ(redis_.wire().number({"EXISTS", "p:{u}"}), 0);
}

TEST_F(ANativeValue, ThatWasAsGoodAsNewGetsNothingBack) {
  const auto bucket = open(gcra(100, 1min));
  (void)joint({{bucket.get(), "u", 60, true}}, "a");
  EXPECT_THAT(value(), testing::MatchesRegex("g1m [0-9]+ \\*[0-9a-f]{8}"));
  redis_.now += 40s;  // the 60 are back by themselves
  (void)take(*bucket, 50);
  EXPECT_EQ(value(), "g1m 1781481670000000");
  EXPECT_TRUE(settle("a", 0)->has_value());
  EXPECT_EQ(take(*bucket, 0).remaining, 50) << "what others used is not given back";
}

TEST_F(ANativeValue, OfAnIdIsJsonAndRemembersTheAnswer) {
  const auto window = open(fixed_window(10, 1min));
  (void)joint({{window.get(), "u", 4, true}}, "a");
  const std::string record = value("weir:id:{}a");
  EXPECT_THAT(record, HasSubstr("\"held_at\":\"1781481600000000\""));
  EXPECT_THAT(record, HasSubstr("\"key\":\"p:{u}\""));
  EXPECT_GT(ttl("weir:id:{}a"), 600'000);
  const auto cheaper = open(fixed_window(5, 1min));
  const auto again = joint({{cheaper.get(), "u", 4, true}}, "a");
  EXPECT_EQ(again->status, Status::repeated);
  EXPECT_EQ(again->verdicts[0].remaining, 6) << "under the rate of the first time";
  EXPECT_EQ(again->verdicts[0].limit, 10);
}

TEST_F(ANativeValue, IsNotWrittenByHalvesWhenRedisIsFull) {
  const auto window = open(fixed_window(10, 1min));
  const auto bucket = open(gcra(10, 1min));
  (void)redis_.wire().ask({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  (void)take(*window, 1, "before");
  (void)redis_.wire().ask({"SET", "clock", "1781481600000000"});
  const Call call{.checks = {}, .now = redis_.now};
  (void)redis_.run(layout_->joint(call, ""));  // loads it
  const std::vector<Check> checks{{window.get(), "a", 1}, {bucket.get(), "b", 1}};
  const ScriptCall asked = layout_->joint({.checks = checks, .now = redis_.now}, "");
  (void)redis_.wire().ask({"CONFIG", "SET", "maxmemory", "1"});
  const WireReply reply = redis_.run_at_the_time_set(asked);
  EXPECT_TRUE(reply.value().is_error("OOM")) << reply.value().text;
  (void)redis_.wire().ask({"CONFIG", "SET", "maxmemory", "0"});
  EXPECT_EQ(redis_.wire().number({"EXISTS", "p:{a}", "p:{b}"}), 0);
}

TEST(TheScriptsNumbers, AreMultipliedAndDividedExactly) {
  Steered redis;
  Chance chance(7);
  const std::string script = std::string(script_text("native_number")) +
                             "local w, r = scaled(tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))\n"
                             "return string.format('%.0f %.0f', w, r)";
  for (int at = 0; at < 3000; ++at) {
    const std::int64_t a = chance.magnitude(max_count);
    const std::int64_t c = chance.magnitude(max_count);
    const std::int64_t b = chance.one_in(2) ? chance.magnitude(max_count) : chance.between(1, c);
    const limits::Wide product = limits::Wide{a} * b;
    if (product / c >= max_count) continue;
    const std::string expected = std::to_string(static_cast<std::int64_t>(product / c)) + " " +
                                 std::to_string(static_cast<std::int64_t>(product % c));
    ASSERT_EQ(redis.wire().text({"EVAL", script, "0", std::to_string(a), std::to_string(b), std::to_string(c)}),
              expected)
        << a << " * " << b << " / " << c << ", WEIR_SEED=" << seed();
  }
}

}  // namespace
}  // namespace weir::store::redis
