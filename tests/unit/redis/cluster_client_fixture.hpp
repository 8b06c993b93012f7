// cluster_client_fixture.hpp: the Cluster's client over nodes whose answers are written by hand: what a real Cluster
// does rarely, or never twice the same.
#pragma once

#include "redis/replies.hpp"
#include "store/redis/cluster/cluster_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weir::store::redis {

// What a node does with a command: a value, a failure, or silence until the deadline.
struct Silence {};
using NodeAnswer = std::variant<Value, Failure, Silence>;
using Behaviour = std::function<NodeAnswer(const std::string& command)>;

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
      NodeAnswer answer = Failure::down;
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
inline const Outcome pong{.text = "PONG"};
inline Outcome failed(Failure why) { return {.failure = why}; }

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
  Behaviour serves(std::map<std::string, NodeAnswer> special) {
    return [this, special = std::move(special)](const std::string& command) {
      if (const auto found = special.find(command); found != special.end()) return found->second;
      return NodeAnswer(command == "CLUSTER SLOTS" ? topology() : replies.text("PONG"));
    };
  }

  void send(std::string_view word, std::optional<Slot> slot, std::chrono::milliseconds patience,
            std::vector<Outcome>& outcomes) {
    client->send(command({word}, slot), std::chrono::steady_clock::now() + patience, [&outcomes](Reply reply) {
      if (reply) {
        outcomes.push_back({.text = std::string(reply->get().text)});
      } else {
        outcomes.push_back(failed(reply.error()));
      }
    });
  }
  // Runs until nothing is posted any more, then says what came back.
  Outcome ask(std::string_view word, std::optional<Slot> slot = low,
              std::chrono::milliseconds patience = std::chrono::milliseconds(2'000)) {
    std::vector<Outcome> outcomes;
    send(word, slot, patience, outcomes);
    EXPECT_TRUE(outcomes.empty()) << "answered inside send()";
    run();
    EXPECT_EQ(outcomes.size(), 1U);
    return outcomes.empty() ? Outcome{.text = "nothing"} : outcomes.front();
  }
  void run() {
    io.restart();
    io.run();
  }
  void pass(std::chrono::milliseconds time) {
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

}  // namespace weir::store::redis
