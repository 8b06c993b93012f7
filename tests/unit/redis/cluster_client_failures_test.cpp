// Nodes that are lost, hang or talk nonsense, and the bounds of what waits.
#include "store/redis/cluster/cluster_client.hpp"

#include "cluster_client_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <map>
#include <vector>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::SizeIs;

using Clock = std::chrono::steady_clock;

TEST_F(ClusterClientOfNodes, ACommandWhoseConnectionBrokeIsNotSentAgainAndTheNextOneFindsTheNewMaster) {
  EXPECT_EQ(ask("A", low), pong);
  pass(milliseconds(120));
  nodes.behaviour.erase(1);
  nodes.behaviour[3] = serves({});
  topology = [this] { return slots(3, 2); };
  EXPECT_EQ(ask("B", low), failed(Failure::down));
  EXPECT_EQ(nodes.times("B"), 1U);
  EXPECT_EQ(ask("C", low), pong);
  EXPECT_THAT(nodes.whom("C"), ElementsAre(3));
}

TEST_F(ClusterClientOfNodes, AShardThatIsLostLeavesTheOthersAlone) {
  EXPECT_EQ(ask("A", low), pong);
  nodes.behaviour.erase(1);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(ask("B", low), failed(Failure::down));
    EXPECT_EQ(ask("C", high), pong);
  }
  EXPECT_FALSE(client->health().up);
  EXPECT_EQ(client->health().last_error, "h:1 refuses");
  nodes.behaviour[1] = serves({});
  EXPECT_EQ(ask("B", low), pong);
  EXPECT_TRUE(client->health().up);
}

TEST_F(ClusterClientOfNodes, ASlotThatNobodyServesIsDown) {
  topology = [this] { return replies.array({shard(0, 8191, 1)}); };
  EXPECT_EQ(ask("A", high), failed(Failure::down));
  EXPECT_EQ(ask("B", low), pong);
}

TEST_F(ClusterClientOfNodes, AsksAnotherNodeWhenOneTalksNonsense) {
  nodes.behaviour[1] = [&](const std::string& command) {
    return NodeAnswer(command == "CLUSTER SLOTS" ? replies.text("nonsense") : replies.text("PONG"));
  };
  for (int i = 0; i < 10; ++i) {
    make();
    EXPECT_EQ(ask("A", low), pong);
    client->close();
  }
}

TEST_F(ClusterClientOfNodes, ANodeThatHangsDoesNotHoldUpTheQuestion) {
  nodes.behaviour[1] = serves({{"CLUSTER SLOTS", Silence{}}});
  for (int i = 0; i < 5; ++i) {
    make();
    EXPECT_EQ(ask("A", high, milliseconds(500)), pong);
    client->close();
  }
}

TEST_F(ClusterClientOfNodes, NobodyAnswersIsDownAtOnceAndEndsWhenSomebodyDoes) {
  nodes.behaviour.clear();
  for (bool quick = false; !quick;) {  // a machine that is busy may take longer than a moment
    make();
    const auto begin = Clock::now();
    EXPECT_EQ(ask("A", low), failed(Failure::down));
    const std::size_t asked = nodes.times("CLUSTER SLOTS");
    EXPECT_EQ(ask("A", low), failed(Failure::down));
    quick = Clock::now() - begin < milliseconds(100);
    if (quick) {
      EXPECT_EQ(nodes.times("CLUSTER SLOTS"), asked) << "a moment later nobody is asked again";
    }
  }
  EXPECT_FALSE(client->health().up);
  EXPECT_THAT(client->health().last_error, testing::HasSubstr("refuses"));
  nodes.behaviour[2] = serves({});
  nodes.behaviour[1] = serves({});
  pass(milliseconds(120));
  EXPECT_EQ(ask("A", low), pong);
  EXPECT_TRUE(client->health().up);
}

TEST_F(ClusterClientOfNodes, AServerThatIsNoClusterIsDownAndSaysWhy) {
  const Value error = Replies::error("ERR This instance has cluster support disabled");
  nodes.behaviour[1] = serves({{"CLUSTER SLOTS", error}});
  nodes.behaviour[2] = serves({{"CLUSTER SLOTS", error}});
  EXPECT_EQ(ask("A", low), failed(Failure::down));
  EXPECT_THAT(client->health().last_error, testing::HasSubstr("cluster support disabled"));
}

TEST_F(ClusterClientOfNodes, NobodySaysAnythingIsATimeoutAtTheDeadline) {
  nodes.behaviour[1] = [](const std::string&) { return NodeAnswer(Silence{}); };
  nodes.behaviour[2] = nodes.behaviour[1];
  EXPECT_EQ(ask("A", low, milliseconds(150)), failed(Failure::timeout));
}

TEST_F(ClusterClientOfNodes, MoreThanItsBoundIsFull) {
  make({.seeds = {{"h", 1}}, .max_queued = 10});
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 15; ++i) send("A", low, milliseconds(2'000), outcomes);
  run();
  EXPECT_EQ(std::ranges::count(outcomes, failed(Failure::full)), 5);
  EXPECT_EQ(std::ranges::count(outcomes, pong), 10);
  EXPECT_EQ(ask("A", low), pong);
}

TEST_F(ClusterClientOfNodes, CloseAnswersWhatWaits) {
  std::vector<Outcome> outcomes;
  send("A", low, milliseconds(60'000), outcomes);
  client->close();
  send("B", low, milliseconds(60'000), outcomes);
  run();
  EXPECT_THAT(outcomes, AllOf(SizeIs(2), testing::Each(failed(Failure::down))));
}

TEST_F(ClusterClientOfNodes, AQuestionWhereTheSlotsAreEndsWithClose) {
  for (const std::uint16_t port : {1, 2}) nodes.behaviour[port] = serves({{"CLUSTER SLOTS", Silence{}}});
  std::vector<Outcome> outcomes;
  send("A", low, milliseconds(150), outcomes);
  client->close();
  run();
  EXPECT_EQ(nodes.ever_opened, 1U) << "after close() nobody else is asked";
  EXPECT_EQ(nodes.open, 0U);
  EXPECT_THAT(outcomes, ElementsAre(failed(Failure::down)));
}

TEST_F(ClusterClientOfNodes, ADeadlineThatHasPassedIsATimeout) {
  EXPECT_EQ(ask("A", low, milliseconds(-1)), failed(Failure::timeout));
  EXPECT_EQ(nodes.times("A"), 0U);
}

}  // namespace
}  // namespace weir::store::redis
