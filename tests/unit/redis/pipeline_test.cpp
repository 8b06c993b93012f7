#include "store/redis/link/pipeline.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Deadline t0 = Deadline{} + 1h;
const Value ok{.type = Value::Type::status, .text = "OK"};

// Writes down who was told what.
class PipelineStory : public testing::Test {
 protected:
  void push(const std::string& name, Deadline deadline = t0 + 1s) {
    pipeline.push({.bytes = name + ";"}, deadline, [this, name](const Reply& reply) {
      const char* const failures[] = {"timeout", "lost", "down", "full"};
      told.push_back(name + " " + (reply ? std::string(reply->get().text) : failures[static_cast<int>(reply.error())]));
    });
  }
  std::string written() {
    std::string out;
    pipeline.write_to(out, t0);
    return out;
  }

  Pipeline pipeline{100, false};
  std::vector<std::string> told;
};

TEST_F(PipelineStory, WritesALargeCommandByItself) {
  const std::string large(1'000, 'x');
  push("a");
  push(large);
  push(large);
  push("b");
  push("c");
  EXPECT_EQ(written(), "a;");
  EXPECT_EQ(written(), large + ";");
  EXPECT_EQ(written(), large + ";");
  EXPECT_EQ(written(), "b;c;");
  EXPECT_FALSE(pipeline.has_unsent());
}

TEST_F(PipelineStory, WritesAllThatIsUnsentAtOnceAndAnswersInOrder) {
  push("a");
  push("b");
  EXPECT_EQ(written(), "a;b;");
  EXPECT_EQ(written(), "");
  push("c");
  EXPECT_EQ(written(), "c;");
  EXPECT_TRUE(pipeline.answer(ok));
  EXPECT_TRUE(pipeline.answer(std::unexpected(Failure::down)));
  EXPECT_THAT(told, ElementsAre("a OK", "b down"));
  EXPECT_EQ(pipeline.waiting(), 1U);
}

TEST_F(PipelineStory, SaysWhenNobodyAsked) {
  EXPECT_FALSE(pipeline.answer(ok));
  push("a");
  EXPECT_FALSE(pipeline.answer(ok));  // it was not written
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(PipelineStory, NeverWritesWhatIsLate) {
  push("a", t0 + 10ms);
  push("b", t0 + 30ms);
  EXPECT_EQ(pipeline.earliest(), t0 + 10ms);
  EXPECT_FALSE(pipeline.expire(t0 + 9ms));
  EXPECT_TRUE(pipeline.expire(t0 + 10ms));
  EXPECT_THAT(told, ElementsAre("a timeout"));
  EXPECT_EQ(written(), "b;");
  EXPECT_EQ(pipeline.earliest(), t0 + 30ms);
}

TEST_F(PipelineStory, DropsTheAnswerThatComesTooLate) {
  push("a", t0 + 10ms);
  push("b", t0 + 30ms);
  written();
  EXPECT_FALSE(pipeline.overdue());
  pipeline.expire(t0 + 20ms);
  EXPECT_TRUE(pipeline.overdue());
  EXPECT_TRUE(pipeline.answer(ok));
  EXPECT_FALSE(pipeline.overdue());
  EXPECT_TRUE(pipeline.answer(ok));
  EXPECT_THAT(told, ElementsAre("a timeout", "b OK"));
  EXPECT_EQ(pipeline.waiting(), 0U);
}

TEST_F(PipelineStory, FindsTheEarliestDeadlineInAnyOrder) {
  push("late", t0 + 50ms);
  push("soon", t0 + 5ms);
  push("later", t0 + 70ms);
  EXPECT_EQ(pipeline.earliest(), t0 + 5ms);
  pipeline.expire(t0 + 60ms);
  EXPECT_THAT(told, ElementsAre("late timeout", "soon timeout"));
  EXPECT_EQ(pipeline.earliest(), t0 + 70ms);
  pipeline.expire(t0 + 70ms);
  EXPECT_EQ(pipeline.earliest(), Deadline::max());
}

TEST_F(PipelineStory, CountsUnsentAndDueAndLateOnesTowardsItsBound) {
  pipeline = Pipeline(2, false);
  push("a", t0);
  written();
  pipeline.expire(t0);
  EXPECT_FALSE(pipeline.full());
  push("b");
  EXPECT_TRUE(pipeline.full());
  pipeline.answer(ok);
  EXPECT_FALSE(pipeline.full());
}

TEST_F(PipelineStory, FailsTheUnsentAndTheDueApart) {
  push("a");
  written();
  push("b");
  pipeline.fail_due(Failure::lost);
  EXPECT_THAT(told, ElementsAre("a lost"));
  EXPECT_EQ(pipeline.waiting(), 1U);
  pipeline.fail_unsent(Failure::down);
  EXPECT_THAT(told, ElementsAre("a lost", "b down"));
  EXPECT_EQ(pipeline.waiting(), 0U);
}

TEST_F(PipelineStory, RepeatsWhatWasRefusedBeforeWhatCameLater) {
  pipeline = Pipeline(100, true);
  push("a");
  written();
  push("b");
  EXPECT_TRUE(pipeline.repeat());
  EXPECT_FALSE(pipeline.has_due());
  EXPECT_EQ(written(), "a;b;");
}

TEST_F(PipelineStory, DoesNotRepeatWhatNobodyWaitsFor) {
  pipeline = Pipeline(100, true);
  push("a", t0);
  written();
  pipeline.expire(t0);
  EXPECT_FALSE(pipeline.repeat());
  EXPECT_EQ(written(), "");
}

TEST_F(PipelineStory, TakesCommandsFromInsideAnAnswer) {
  pipeline.push({.bytes = "a;"}, t0, [this](const Reply&) { push("b"); });
  pipeline.fail_unsent(Failure::down);
  EXPECT_EQ(pipeline.waiting(), 1U);
  EXPECT_EQ(written(), "b;");
}

TEST_F(PipelineStory, WaitsForThemWhoWantNoAnswerToo) {
  pipeline.push({.bytes = "a;"}, t0, nullptr);
  written();
  EXPECT_FALSE(pipeline.overdue());
  EXPECT_TRUE(pipeline.answer(ok));
  EXPECT_EQ(pipeline.waiting(), 0U);
}

}  // namespace
}  // namespace weir::store::redis
