// The Cluster's client over nodes whose answers are written here: what a real Cluster does rarely, or never twice the
// same.
#include "store/redis/cluster/cluster_client.hpp"

#include "redis/replies.hpp"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

using Clock = std::chrono::steady_clock;

// What a node does with a command: a value, a failure, or silence until the deadline.
struct Silence {};
using Answer = std::variant<Value, Failure, Silence>;
using Behaviour = std::function<Answer(const std::string& command)>;

// The nodes of a Cluster that is written by hand, and what each was sent, in order.
class Nodes {
 public:
  explicit Nodes(boost::asio::io_context& io) : io_(io) {}

  std::map<std::uint16_t, Behaviour> behaviour;  // by port; a node without one is down
  std::vector<std::pair<std::uint16_t, std::string>> sent;
  std::size_t open = 0;
  std::size_t ever_opened = 0;

  [[nodiscard]] std::size_t times(std::string_view command) const {
    return static_cast<std::size_t>(std::ranges::count(sent, command, [](const auto& one) { return one.second; }));
  }
  [[nodiscard]] std::vector<std::uint16_t> whom(std::string_view command) const {
    std::vector<std::uint16_t> ports;
    for (const auto& [port, text] : sent) {
      if (text == command) ports.push_back(port);
    }
    return ports;
  }

  std::shared_ptr<Client> connect(const HostPort& address) {
    ++open;
    ++ever_opened;
    return std::make_shared<Node>(*this, address.port);
  }

 private:
  class Node : public Client {
   public:
    Node(Nodes& nodes, std::uint16_t port) : nodes_(nodes), port_(port) {}
    void send(Command command, Deadline deadline, OnReply done) override {
      nodes_.sent.emplace_back(port_, words(command.bytes));
      const auto found = nodes_.behaviour.find(port_);
      Answer answer = Failure::down;
      if (found != nodes_.behaviour.end()) answer = found->second(nodes_.sent.back().second);
      if (std::holds_alternative<Silence>(answer)) {
        auto timer = std::make_shared<boost::asio::steady_timer>(nodes_.io_, deadline);
        timer->async_wait([timer, done = std::move(done)](auto) mutable { done(std::unexpected(Failure::timeout)); });
        return;
      }
      boost::asio::post(nodes_.io_, [answer, done = std::move(done)]() mutable {
        if (const auto* value = std::get_if<Value>(&answer)) {
          done(std::cref(*value));
        } else {
          done(std::unexpected(std::get<Failure>(answer)));
        }
      });
    }
    [[nodiscard]] bool is_cluster() const override { return false; }
    [[nodiscard]] Health health() const override { return {.last_error = "h:" + std::to_string(port_) + " refuses"}; }
    void close() override {
      if (!std::exchange(closed_, true)) --nodes_.open;
    }

   private:
    // "*2\r\n$3\r\nGET\r\n$1\r\na\r\n" is "GET a".
    static std::string words(std::string_view bytes) {
      std::string text;
      for (std::size_t at = bytes.find('$'); at != std::string_view::npos; at = bytes.find('$', at)) {
        const std::size_t begin = bytes.find('\n', at) + 1;
        at = bytes.find('\r', begin);
        text += (text.empty() ? "" : " ") + std::string(bytes.substr(begin, at - begin));
      }
      return text;
    }
    Nodes& nodes_;
    std::uint16_t port_;
    bool closed_ = false;
  };

  boost::asio::io_context& io_;
};

struct Outcome {
  std::optional<Failure> failure{};
  std::string text{};
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
const Outcome pong{.text = "PONG"};
Outcome failed(Failure why) { return {.failure = why}; }

struct ClusterClientOfNodes : testing::Test {
  static constexpr Slot low = 5;        // of node 1
  static constexpr Slot high = 10'000;  // of node 2

  ClusterClientOfNodes() {
    make();
    nodes.behaviour[1] = serves({});
    nodes.behaviour[2] = serves({});
  }
  ~ClusterClientOfNodes() override { client->close(); }

  void make(ClusterOptions options = {.seeds = {{"h", 1}, {"h", 2}}}) {
    client = make_cluster_client(io.get_executor(), std::move(options),
                                 [this](const HostPort& address) { return nodes.connect(address); });
  }

  Value shard(std::int64_t first, std::int64_t last, std::int64_t port) {
    const Value node = replies.array({replies.text("h"), Replies::integer(port), replies.text("id")});
    return replies.array({Replies::integer(first), Replies::integer(last), node});
  }
  // Slots up to 8191 are served by the first port, others by the second.
  Value slots(std::int64_t lower = 1, std::int64_t upper = 2) {
    return replies.array({shard(0, 8191, lower), shard(8192, 16383, upper)});
  }

  // What the node says to some commands; to others PONG, and to CLUSTER SLOTS the truth.
  Behaviour serves(std::map<std::string, Answer> special) {
    return [this, special = std::move(special)](const std::string& command) {
      if (const auto found = special.find(command); found != special.end()) return found->second;
      return Answer(command == "CLUSTER SLOTS" ? topology() : replies.text("PONG"));
    };
  }

  void send(std::string_view word, std::optional<Slot> slot, milliseconds patience, std::vector<Outcome>& outcomes) {
    client->send(command({word}, slot), Clock::now() + patience, [&outcomes](Reply reply) {
      if (reply) {
        outcomes.push_back({.text = std::string(reply->get().text)});
      } else {
        outcomes.push_back(failed(reply.error()));
      }
    });
  }
  // Runs until nothing is posted any more, then says what came back.
  Outcome ask(std::string_view word, std::optional<Slot> slot = low, milliseconds patience = milliseconds(2'000)) {
    std::vector<Outcome> outcomes;
    send(word, slot, patience, outcomes);
    EXPECT_THAT(outcomes, IsEmpty()) << "answered inside send()";
    run();
    EXPECT_THAT(outcomes, SizeIs(1));
    return outcomes.empty() ? Outcome{.text = "nothing"} : outcomes.front();
  }
  void run() {
    io.restart();
    io.run();
  }
  void pass(milliseconds time) {
    boost::asio::steady_timer timer(io, time);
    timer.async_wait([](auto) {});
    run();
  }

  boost::asio::io_context io;
  Replies replies;
  Nodes nodes{io};
  std::function<Value()> topology = [this] { return slots(); };
  std::shared_ptr<Client> client;
};

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
    if (command == "CLUSTER SLOTS") return Answer(slots());
    return Answer(Replies::error(replies.text("MOVED 5 h:" + std::to_string(++port)).text));
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
    if (command == "CLUSTER SLOTS") return Answer(slots());
    if (++times < 5) return Answer(Replies::error("TRYAGAIN Multiple keys request during rehashing of slot"));
    return Answer(replies.text("PONG"));
  };
  EXPECT_EQ(ask("A", low), pong);
  EXPECT_EQ(times, 5);
}

TEST_F(ClusterClientOfNodes, TryAgainMayBeSaidByWhomItWasSentToForAsLongAsASlotIsOnItsWay) {
  nodes.behaviour[1] = serves({{"A", Replies::error("ASK 5 h:2")}});
  int times = 0;
  nodes.behaviour[2] = [&](const std::string& command) {
    if (command == "A" && ++times < 10) return Answer(Replies::error("TRYAGAIN"));
    return Answer(replies.text("PONG"));
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
    return Answer(command == "CLUSTER SLOTS" ? replies.text("nonsense") : replies.text("PONG"));
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
  nodes.behaviour[1] = [](const std::string&) { return Answer(Silence{}); };
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
