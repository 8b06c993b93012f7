#include "store/redis/cluster/topology.hpp"

#include "redis/replies.hpp"

#include <gmock/gmock.h>

namespace weir::store::redis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const HostPort asked{.host = "seed.example", .port = 7000};

struct TopologyOfReplies : testing::Test {
  Value node(const Value& host, std::int64_t port) {
    return replies.array({host, Replies::integer(port), replies.text("07c37dfeb235213a872192d90877d0cd55635b91")});
  }
  Value node(std::string_view host, std::int64_t port) { return node(replies.text(host), port); }
  Value range(std::int64_t first, std::int64_t last, std::vector<Value> nodes) {
    nodes.insert(nodes.begin(), {Replies::integer(first), Replies::integer(last)});
    return replies.array(std::move(nodes));
  }
  std::expected<Topology, std::string> read(std::vector<Value> ranges) {
    return read_slots(replies.array(std::move(ranges)), asked);
  }

  Replies replies;
};

TEST_F(TopologyOfReplies, SaysWhoServesASlotAndWhoFollows) {
  const auto topology = read(
      {range(0, 8191, {node("10.0.0.1", 7001), node("10.0.0.4", 7004)}), range(8192, 16383, {node("10.0.0.2", 7002)})});
  ASSERT_TRUE(topology.has_value()) << topology.error();
  EXPECT_EQ(topology->at(0)->master, (HostPort{"10.0.0.1", 7001}));
  EXPECT_EQ(topology->at(8191)->master, (HostPort{"10.0.0.1", 7001}));
  EXPECT_EQ(topology->at(8192)->master, (HostPort{"10.0.0.2", 7002}));
  EXPECT_THAT(topology->at(0)->replicas, ElementsAre(HostPort{"10.0.0.4", 7004}));
  EXPECT_EQ(topology->covered(), slot_count);
}

TEST_F(TopologyOfReplies, OneShardMayHaveManyRanges) {
  const auto topology = read({range(0, 5, {node("a", 1)}), range(6, 6, {node("b", 2)}), range(7, 9, {node("a", 1)})});
  ASSERT_TRUE(topology.has_value()) << topology.error();
  EXPECT_EQ(topology->shards().size(), 2U);
  EXPECT_EQ(topology->at(8)->master.host, "a");
  EXPECT_EQ(topology->covered(), 10U);
}

TEST_F(TopologyOfReplies, ASlotThatNobodyServesHasNoShard) {
  const auto topology = read({range(5, 6, {node("a", 1)})});
  ASSERT_TRUE(topology.has_value()) << topology.error();
  EXPECT_EQ(topology->at(4), nullptr);
  EXPECT_EQ(topology->at(7), nullptr);
}

TEST_F(TopologyOfReplies, ANodeWithoutHostIsAtTheOneThatWasAsked) {
  const auto topology =
      read({range(0, 1, {node(Replies::nil(), 7001)}), range(2, 3, {node("", 7002)}), range(4, 5, {node("?", 7003)})});
  ASSERT_TRUE(topology.has_value()) << topology.error();
  EXPECT_EQ(topology->at(0)->master, (HostPort{"seed.example", 7001}));
  EXPECT_EQ(topology->at(2)->master, (HostPort{"seed.example", 7002}));
  EXPECT_EQ(topology->at(4)->master, (HostPort{"seed.example", 7003}));
}

TEST_F(TopologyOfReplies, ANodeWithoutNameMaySayItsAddressBehindItsId) {
  const Value also = replies.array({replies.text("ip"), replies.text("10.0.0.9")});
  const Value nameless = replies.array({replies.text("?"), Replies::integer(7009), replies.text("id"), also});
  const auto topology = read({range(0, 1, {nameless})});
  ASSERT_TRUE(topology.has_value()) << topology.error();
  EXPECT_EQ(topology->at(0)->master, (HostPort{"10.0.0.9", 7009}));
}

TEST_F(TopologyOfReplies, AnErrorIsHandedOn) {
  const auto topology = read_slots(Replies::error("ERR This instance has cluster support disabled"), asked);
  ASSERT_FALSE(topology.has_value());
  EXPECT_THAT(topology.error(), HasSubstr("cluster support disabled"));
}

TEST_F(TopologyOfReplies, RefusesWhatNoClusterSays) {
  const Value good = node("a", 1);
  const std::vector<std::pair<std::string, Value>> hostile{
      {"a number", Replies::integer(3)},
      {"nothing", Replies::nil()},
      {"nobody serves anything", replies.array({})},
      {"a range that is a text", replies.array({replies.text("0-5")})},
      {"a range without a node", replies.array({range(0, 5, {})})},
      {"a slot below 0", replies.array({range(-1, 5, {good})})},
      {"a slot above 16383", replies.array({range(0, 16384, {good})})},
      {"a range that ends before it begins", replies.array({range(5, 4, {good})})},
      {"a slot of two masters", replies.array({range(0, 5, {good}), range(5, 6, {node("b", 2)})})},
      {"port 0", replies.array({range(0, 5, {node("a", 0)})})},
      {"port 65536", replies.array({range(0, 5, {node("a", 65536)})})},
      {"a host with a line break", replies.array({range(0, 5, {node("a\r\nb", 1)})})},
      {"a host without an end", replies.array({range(0, 5, {node(std::string(256, 'h'), 1)})})},
      {"a replica that is a number", replies.array({range(0, 5, {good, Replies::integer(7)})})},
      {"a node without port", replies.array({range(0, 5, {replies.array({replies.text("a")})})})},
      {"more ranges than slots", replies.array(std::vector<Value>(slot_count + 1, range(0, 0, {good})))},
  };
  for (const auto& [what, reply] : hostile) EXPECT_FALSE(read_slots(reply, asked).has_value()) << what;
}

TEST_F(TopologyOfReplies, RefusesMoreShardsThanAClusterCanHave) {
  std::vector<Value> ranges;
  for (std::size_t slot = 0; slot <= Topology::most_shards; ++slot) {
    const auto number = static_cast<std::int64_t>(slot);
    ranges.push_back(range(number, number, {node("a", number + 1)}));
  }
  EXPECT_FALSE(read(std::move(ranges)).has_value());
}

TEST_F(TopologyOfReplies, LeavesOutReplicasAboveTheBound) {
  std::vector<Value> nodes{node("a", 1)};
  for (std::int64_t port = 2; port < 100; ++port) nodes.push_back(node("a", port));
  const auto topology = read({range(0, 1, std::move(nodes))});
  ASSERT_TRUE(topology.has_value()) << topology.error();
  EXPECT_EQ(topology->at(0)->replicas.size(), Topology::most_replicas);
}

TEST_F(TopologyOfReplies, AMovedSlotIsServedByItsNewMasterAndNoOtherSlotIs) {
  auto topology = read({range(0, 9, {node("a", 1)}), range(10, 19, {node("b", 2)})});
  ASSERT_TRUE(topology.has_value()) << topology.error();
  topology->move(3, {"b", 2});
  topology->move(4, {"c", 3});
  EXPECT_EQ(topology->at(3)->master, (HostPort{"b", 2}));
  EXPECT_EQ(topology->at(4)->master, (HostPort{"c", 3}));
  EXPECT_EQ(topology->at(5)->master, (HostPort{"a", 1}));
  EXPECT_EQ(topology->shards().size(), 3U);
}

TEST_F(TopologyOfReplies, MovedSlotsNeverMakeMoreShardsThanTheBound) {
  Topology topology;
  for (std::uint16_t port = 1; port <= 2 * Topology::most_shards; ++port) topology.move(port, {"a", port});
  EXPECT_EQ(topology.shards().size(), Topology::most_shards);
  EXPECT_EQ(topology.at(2 * Topology::most_shards), nullptr);
}

TEST(Redirection, MovedSaysWhereASlotIsForGood) {
  EXPECT_EQ(read_redirection("MOVED 3999 127.0.0.1:6381", asked),
            (Redirection{.kind = Redirection::Kind::moved, .slot = 3999, .node = {"127.0.0.1", 6381}}));
}

TEST(Redirection, AskSaysWhereToAskThisOnce) {
  EXPECT_EQ(read_redirection("ASK 16383 redis-3.example:6381", asked),
            (Redirection{.kind = Redirection::Kind::ask, .slot = 16383, .node = {"redis-3.example", 6381}}));
}

TEST(Redirection, AnAddressOfIpv6EndsAtItsLastColon) {
  EXPECT_EQ(read_redirection("MOVED 0 2001:db8::7:6381", asked)->node, (HostPort{"2001:db8::7", 6381}));
}

TEST(Redirection, WithoutHostItIsTheOneThatWasAsked) {
  EXPECT_EQ(read_redirection("MOVED 1 :6381", asked)->node, (HostPort{"seed.example", 6381}));
  EXPECT_EQ(read_redirection("ASK 1 ?:6381", asked)->node, (HostPort{"seed.example", 6381}));
}

TEST(Redirection, NothingElseIsOne) {
  for (const std::string_view error :
       {"", "MOVED", "MOVED ", "MOVED 1", "MOVED 1 ", "MOVED 1 host", "MOVED 1 host:", "MOVED 1 host:0",
        "MOVED 1 host:65536", "MOVED 1 host:-1", "MOVED 16384 host:1", "MOVED -1 host:1", "MOVED x host:1",
        "MOVED 1 ho st:1", "MOVED  1 host:1", "MOVEDX 1 host:1", "moved 1 host:1", "TRYAGAIN Multiple keys request",
        "ERR MOVED 1 host:1"}) {
    EXPECT_FALSE(read_redirection(error, asked).has_value()) << error;
  }
}

}  // namespace
}  // namespace weir::store::redis
