// What a server that is none of ours may say to the native layout's scripts: refused, whatever it is.
#include "store/redis/native/layout.hpp"

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <string_view>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::SizeIs;

Value text(std::string_view said) { return {.type = Value::Type::text, .text = said}; }

struct NativeReplies : testing::Test {
  std::expected<Answer, std::string> joint(const Rule& rule, std::string_view said, std::string_view id = "one") {
    const auto space = layout->open("p", rule);
    const std::array checks{Check{.space = space.get(), .key = "u"}};
    return layout->read_joint({.checks = checks, .id = id}, text(said));
  }

  std::unique_ptr<Layout> layout = native_layout("weir");
};

TEST_F(NativeReplies, ARepetitionOfARuleThatCannotBeIsNoAnswer) {
  for (const Rule& rule : {gcra(10, 1min), token_bucket(10, 1min), interval_bucket(10, 1min)}) {
    for (const std::string_view said :
         {"1", "1 5", "1 5 10 0 1 1 5 0", "1 5 10 1 0 1 5 0", "1 5 0 1 1 1 5 0", "1 5 -1 6 1 1 5 0",
          "1 5 10 9223372036854775807 1 1 5 0", "1 5 9223372036854775807 1 9223372036854775807 1 5 0"}) {
      EXPECT_FALSE(joint(rule, said)) << said;
    }
  }
  for (const Rule& rule : {fixed_window(10, 1min), sliding_window(10, 1min), sliding_log(10, 1min)}) {
    EXPECT_FALSE(joint(rule, "1 5 0 60000000 0 1 0 0")) << "a limit of 0";
    EXPECT_FALSE(joint(rule, "1"));
  }
}

TEST_F(NativeReplies, ARepetitionUnderTheRateOfThatTimeIsAnswered) {
  const auto answer = joint(gcra(10, 1min), "1 60000000 5 3000000 1 1 60000000 0");
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->status, Status::repeated);
  EXPECT_EQ(answer->verdicts.at(0).limit, 5);
}

TEST_F(NativeReplies, ANumberThatOnlyLooksLikeAStatusIsNoAnswer) {
  for (const std::string_view said : {"256 60000000 1 60000000 0", "258", "-254", "2 2", "3", "18446744073709551616"}) {
    EXPECT_FALSE(joint(fixed_window(10, 1min), said)) << said;
  }
  EXPECT_EQ(joint(fixed_window(10, 1min), "2")->status, Status::conflict);
}

TEST_F(NativeReplies, ATimeBeyondAllTimesEndsAtTheLastOne) {
  const auto space = std::static_pointer_cast<const RedisSpace>(layout->open("p", fixed_window(10, 1min)));
  const std::array<std::int64_t, 1> costs{1};
  const std::array asks{Ask{.key = "u", .costs = costs}};
  std::array<Verdict, 1> verdicts{};
  EXPECT_TRUE(layout->read_each(*space, asks, Instant{}, text("9223372036854775807 9223372036854775807;;1"), verdicts));
  EXPECT_TRUE(verdicts[0].allowed());
}

TEST_F(NativeReplies, ALeaseOfMoreThanAllTimeOrLessThanNoneIsNoneOrEndsAtTheLastOne) {
  const auto space = std::static_pointer_cast<const RedisSpace>(layout->open("p", fixed_window(10, 1min)));
  const auto long_one = layout->read_lease(*space, text("60000000 4 9223372036854775807;abc;60000000 4"));
  ASSERT_TRUE(long_one);
  EXPECT_EQ(long_one->life, Nanos::max());
  EXPECT_FALSE(layout->read_lease(*space, text("60000000 4 -1;abc;60000000 4")));
  EXPECT_FALSE(layout->read_lease(*space, text("60000000 -4 1000000;abc;60000000 4")));
}

}  // namespace
}  // namespace weir::store::redis
