// Where commands go, and how a Cluster that moves slots is followed.
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
using testing::Ge;
using testing::Le;
using testing::SizeIs;

using Clock = std::chrono::steady_clock;

TEST_F(ClusterClientOfNodes, SendsACommandWhereItsSlotIsAndAsksForThatOnce) {
  EXPECT_EQ(nodes.ever_opened, 0U) << "connects with the first command";
  EXPECT_EQ(ask("A", low), pong);
  EXPECT_EQ(ask("B", high), pong);
  EXPECT_EQ(ask("C", 8191), pong);
  EXPECT_THAT(nodes.whom("A"), ElementsAre(1));
  EXPECT_THAT(nodes.whom("B"), ElementsAre(2));
  EXPECT_THAT(nodes.whom("C"), ElementsAre(1));
  EXPECT_EQ(nodes.times("CLUSTER SLOTS"), 1U);
  EXPECT_TRUE(client->is_cluster());
  EXPECT_TRUE(client->health().up);
}

TEST_F(ClusterClientOfNodes, CommandsBeforeTheFirstTopologyWaitForOneQuestion) {
  std::vector<Outcome> outcomes;
  for (Slot slot = 0; slot < 100; ++slot) send("A", slot, milliseconds(2'000), outcomes);
  run();
  EXPECT_THAT(outcomes, AllOf(SizeIs(100), testing::Each(pong)));
  EXPECT_EQ(nodes.times("CLUSTER SLOTS"), 1U);
}

TEST_F(ClusterClientOfNodes, WithoutASlotAnyMasterIsAskedThatIsWell) {
  nodes.behaviour.erase(2);
  EXPECT_EQ(ask("A", high), failed(Failure::down));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask("B", std::nullopt), pong);
  EXPECT_THAT(nodes.whom("B"), testing::Each(1));
}

TEST_F(ClusterClientOfNodes, WithoutASlotMastersTakeTurns) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask("B", std::nullopt), pong);
  EXPECT_THAT(nodes.whom("B"), testing::IsSupersetOf({1, 2}));
}

TEST_F(ClusterClientOfNodes, AMovedSlotIsFollowedAtOnceAndRemembered) {
  nodes.behaviour[1] = serves({{"A", Replies::error("MOVED 5 h:2")}});
  EXPECT_EQ(ask("A", low), pong);
  EXPECT_THAT(nodes.whom("A"), ElementsAre(1, 2));
  EXPECT_EQ(ask("A", low), pong);
  EXPECT_THAT(nodes.whom("A"), ElementsAre(1, 2, 2));
}

TEST_F(ClusterClientOfNodes, AMovedSlotMakesItReadTheTopologyAnew) {
  EXPECT_EQ(ask("A", low), pong);
  pass(milliseconds(120));
  nodes.behaviour[1] = serves({{"B", Replies::error("MOVED 5 h:2")}});
  topology = [this] { return slots(2, 2); };
  EXPECT_EQ(ask("B", low), pong);
  EXPECT_EQ(ask("C", 6), pong);
  EXPECT_THAT(nodes.whom("C"), ElementsAre(2)) << "nobody had to say MOVED of this slot";
  EXPECT_EQ(nodes.open, 1U) << "a node that serves nothing is left";
}

TEST_F(ClusterClientOfNodes, AStormOfMovedSlotsReadsTheTopologyAtMostTenTimesASecond) {
  nodes.behaviour[1] = serves({{"A", Replies::error("MOVED 5 h:2")}});
  const auto begin = Clock::now();
  while (Clock::now() - begin < milliseconds(450)) {
    std::vector<Outcome> outcomes;
    for (Slot slot = 0; slot < 100; ++slot) send("A", slot, milliseconds(2'000), outcomes);
    run();
    EXPECT_THAT(outcomes, testing::Each(pong));
  }
  const auto tenths = static_cast<std::size_t>((Clock::now() - begin) / milliseconds(100));
  EXPECT_THAT(nodes.times("CLUSTER SLOTS"), AllOf(Ge(2U), Le(tenths + 2)));
}

TEST_F(ClusterClientOfNodes, ACommandThatIsSentInCirclesIsGivenUp) {
  nodes.behaviour[1] = serves({{"A", Replies::error("MOVED 5 h:2")}});
  nodes.behaviour[2] = serves({{"A", Replies::error("MOVED 5 h:1")}});
  EXPECT_EQ(ask("A", low), failed(Failure::down));
  EXPECT_EQ(nodes.times("A"), 6U);
}

TEST_F(ClusterClientOfNodes, NodesThatSendItEverywhereMakeItConnectABoundedNumberOfTimes) {
  std::uint16_t port = 100;
  const Behaviour liar = [&](const std::string& command) {
    if (command == "CLUSTER SLOTS") return NodeAnswer(slots());
    return NodeAnswer(Replies::error(replies.text("MOVED 5 h:" + std::to_string(++port)).text));
  };
  nodes.behaviour[1] = liar;
  for (std::uint16_t other = 100; other < 5'000; ++other) nodes.behaviour[other] = liar;
  for (int i = 0; i < 500; ++i) EXPECT_EQ(ask("A", low), failed(Failure::down));
  EXPECT_THAT(nodes.open, Le(ClusterNodes::most));
}

TEST_F(ClusterClientOfNodes, AskIsForOneCommandAlone) {
  nodes.behaviour[1] = serves({{"A", Replies::error("ASK 5 h:2")}});
  EXPECT_EQ(ask("A", low), pong);
  const auto asking = std::ranges::find(nodes.sent, std::pair<std::uint16_t, std::string>(2, "ASKING"));
  ASSERT_NE(asking, nodes.sent.end());
  EXPECT_EQ(*std::next(asking), (std::pair<std::uint16_t, std::string>(2, "A"))) << "nothing may come between";
  EXPECT_EQ(ask("B", low), pong);
  EXPECT_THAT(nodes.whom("B"), ElementsAre(1));
}

TEST_F(ClusterClientOfNodes, TryAgainIsObeyed) {
  int times = 0;
  nodes.behaviour[1] = [&](const std::string& command) {
    if (command == "CLUSTER SLOTS") return NodeAnswer(slots());
    if (++times < 5) return NodeAnswer(Replies::error("TRYAGAIN Multiple keys request during rehashing of slot"));
    return NodeAnswer(replies.text("PONG"));
  };
  EXPECT_EQ(ask("A", low), pong);
  EXPECT_EQ(times, 5);
}

TEST_F(ClusterClientOfNodes, TryAgainMayBeSaidByWhomItWasSentToForAsLongAsASlotIsOnItsWay) {
  nodes.behaviour[1] = serves({{"A", Replies::error("ASK 5 h:2")}});
  int times = 0;
  nodes.behaviour[2] = [&](const std::string& command) {
    if (command == "A" && ++times < 10) return NodeAnswer(Replies::error("TRYAGAIN"));
    return NodeAnswer(replies.text("PONG"));
  };
  EXPECT_EQ(ask("A", low), pong);
  EXPECT_EQ(times, 10);
}

TEST_F(ClusterClientOfNodes, TryAgainEndsAtTheDeadline) {
  nodes.behaviour[1] = serves({{"A", Replies::error("TRYAGAIN")}});
  const auto begin = Clock::now();
  EXPECT_EQ(ask("A", low, milliseconds(80)), failed(Failure::timeout));
  EXPECT_THAT(Clock::now() - begin, Ge(milliseconds(80)));
  EXPECT_THAT(nodes.times("A"), AllOf(Ge(2U), Le(80U)));
}

TEST_F(ClusterClientOfNodes, WhatARefusalSaysOfAMomentWaitsForTheNextTopology) {
  for (const std::string_view error :
       {"CLUSTERDOWN The cluster is down", "READONLY You can't write against a read only replica."}) {
    make();
    nodes.sent.clear();
    nodes.behaviour[1] = serves({{"A", Replies::error(error)}});
    topology = [this] { return slots(nodes.times("A") == 0 ? 1 : 2, 2); };
    EXPECT_EQ(ask("A", low), pong) << error;
    EXPECT_THAT(nodes.whom("A"), testing::Contains(2)) << error;
    EXPECT_THAT(nodes.times("A"), Le(3U)) << error;
    client->close();
  }
}

TEST_F(ClusterClientOfNodes, ARefusalThatLastsIsTakenForDown) {
  nodes.behaviour[1] = serves({{"A", Replies::error("CLUSTERDOWN The cluster is down")}});
  EXPECT_EQ(ask("A", low), failed(Failure::down));
  EXPECT_THAT(nodes.times("A"), AllOf(Ge(2U), Le(4U)));
  EXPECT_EQ(ask("B", low), pong);
}

TEST_F(ClusterClientOfNodes, AnotherErrorIsAnAnswer) {
  nodes.behaviour[1] = serves({{"A", Replies::error("NOSCRIPT No matching script.")}});
  EXPECT_EQ(ask("A", low), Outcome{.text = "NOSCRIPT No matching script."});
  EXPECT_EQ(nodes.times("A"), 1U);
}

}  // namespace
}  // namespace weir::store::redis
