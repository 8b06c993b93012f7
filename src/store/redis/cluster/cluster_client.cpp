#include "store/redis/cluster/cluster_client.hpp"

#include "store/redis/cluster/cluster_refresh.hpp"
#include "store/redis/cluster/cluster_waiting.hpp"
#include "store/redis/cluster/topology.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <utility>

namespace weir::store::redis {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Request = ClusterWaiting::Request;

constexpr milliseconds between_refreshes{100};
constexpr unsigned most_redirected = 5;
constexpr unsigned most_waited = 3;  // then its caller has waited three refreshes long

// The server did nothing: another node may serve the slot by now, or this one in a moment.
// (LOADING and MASTERDOWN never come here: the connection is lost with them, and the caller is told `down`.)
constexpr std::array<std::string_view, 2> passing_errors{"CLUSTERDOWN", "READONLY"};

bool is_passing(const Value& error) {
  return std::ranges::any_of(passing_errors, [&](std::string_view code) { return error.is_error(code); });
}

class ClusterClient final : public Client, public std::enable_shared_from_this<ClusterClient> {
 public:
  ClusterClient(boost::asio::any_io_executor executor, ClusterOptions options, ConnectTo connect)
      : executor_(std::move(executor)),
        options_(std::move(options)),
        nodes_(std::make_shared<ClusterNodes>(std::move(connect))),
        timer_(executor_),
        random_(std::random_device{}()),
        turn_(random_()) {}
  ClusterClient(const ClusterClient&) = delete;
  ClusterClient& operator=(const ClusterClient&) = delete;
  ~ClusterClient() override { nodes_->close(); }

  void send(Command command, Deadline deadline, OnReply done) override;
  [[nodiscard]] bool is_cluster() const override { return true; }
  [[nodiscard]] Health health() const override { return nodes_->health(); }
  void close() override;

 private:
  using Node = std::shared_ptr<ClusterNode>;

  void route(Request request);
  void send_to(const Node& node, Request request);
  void answered(const Node& node, Request request, Reply reply);
  void redirected(const Redirection& where, Request request);
  void wait_for_topology(Request request, const HostPort* refused_by);
  void try_again(Request request);
  void finish(Request request, Reply reply);
  void fail_soon(Request request, Failure why);

  [[nodiscard]] const Shard* any_shard();
  [[nodiscard]] Node node_of(const Shard& shard);

  void refresh(Deadline deadline, const HostPort* last_to_ask = nullptr);
  void refreshed(std::expected<Topology, ClusterRefresh::Failed> topology);

  void wake_by(Deadline time);
  void wake();
  void sleep();

  boost::asio::any_io_executor executor_;
  ClusterOptions options_;
  std::shared_ptr<ClusterNodes> nodes_;
  Topology topology_;
  std::vector<Node> by_shard_;  // as topology_.shards(); null until it is needed
  ClusterWaiting waiting_;
  boost::asio::steady_timer timer_;  // runs only while something waits
  Deadline wakes_at_ = Deadline::max();
  std::uint64_t wake_id_ = 0;
  std::size_t under_way_ = 0;  // commands that are not answered
  Deadline next_refresh_ = Deadline::min();
  bool refreshing_ = false;
  bool stale_ = false;           // refresh with the next command
  bool nobody_answers_ = false;  // at the last refresh
  bool closed_ = false;
  std::minstd_rand random_;
  std::size_t turn_;  // of commands that any master may answer
};

void ClusterClient::send(Command command, Deadline deadline, OnReply done) {
  auto request = std::make_unique<ClusterRequest>(
      ClusterRequest{.command = std::move(command), .deadline = deadline, .done = std::move(done)});
  ++under_way_;
  if (closed_) return fail_soon(std::move(request), Failure::down);
  if (under_way_ > options_.max_queued) return fail_soon(std::move(request), Failure::full);
  if (stale_) refresh(deadline);
  route(std::move(request));
}

void ClusterClient::route(Request request) {
  const auto now = Clock::now();
  if (request->deadline <= now) return fail_soon(std::move(request), Failure::timeout);
  const Shard* shard = request->command.slot ? topology_.at(*request->command.slot) : any_shard();
  if (shard == nullptr) {
    if (nobody_answers_ && !refreshing_ && now < next_refresh_) return fail_soon(std::move(request), Failure::down);
    return wait_for_topology(std::move(request), nullptr);
  }
  const Node node = node_of(*shard);
  if (node == nullptr) return fail_soon(std::move(request), Failure::down);
  send_to(node, std::move(request));
}

void ClusterClient::send_to(const Node& node, Request request) {
  Command copy = request->command;  // it may have to be sent elsewhere
  const Deadline deadline = request->deadline;
  nodes_->sent(*node);
  node->client->send(std::move(copy), deadline,
                     [self = shared_from_this(), node, request = std::move(request)](Reply reply) mutable {
                       self->answered(node, std::move(request), reply);
                     });
}

void ClusterClient::answered(const Node& node, Request request, Reply reply) {
  nodes_->answered(*node, reply);
  if (closed_) return finish(std::move(request), reply);
  if (!reply) {
    // It was perhaps done, so it is not sent again; but the next ones should find who serves the slot now.
    const bool gone = reply.error() == Failure::down || reply.error() == Failure::lost;
    if (gone) refresh(request->deadline, &node->address);
    if (reply.error() == Failure::timeout) stale_ = true;
    return finish(std::move(request), reply);
  }
  const Value& value = reply->get();
  if (value.type != Value::Type::error) return finish(std::move(request), reply);
  if (const auto where = read_redirection(value.text, node->address)) return redirected(*where, std::move(request));
  if (value.is_error("TRYAGAIN")) return try_again(std::move(request));
  if (is_passing(value)) return wait_for_topology(std::move(request), &node->address);
  finish(std::move(request), reply);
}

void ClusterClient::redirected(const Redirection& where, Request request) {
  const bool moved = where.kind == Redirection::Kind::moved;
  if (moved) {
    topology_.move(where.slot, where.node);
    refresh(request->deadline);
  }
  const Node node = nodes_->at(where.node);
  if (++request->redirected > most_redirected || node == nullptr) {
    return finish(std::move(request), std::unexpected(Failure::down));
  }
  if (!moved) {
    // Counts for the very next command of the connection, which is the one below.
    nodes_->sent(*node);
    node->client->send(command({"ASKING"}), request->deadline,
                       [nodes = nodes_, node](const Reply& reply) { nodes->answered(*node, reply); });
  }
  send_to(node, std::move(request));
}

void ClusterClient::wait_for_topology(Request request, const HostPort* refused_by) {
  if (++request->waited > most_waited) return fail_soon(std::move(request), Failure::down);
  const Deadline deadline = request->deadline;
  waiting_.for_topology(std::move(request));
  wake_by(deadline);
  refresh(deadline, refused_by);
}

// In the middle of a migration a command over several keys may be sent to and fro between the two nodes until the last
// key is over: what bounds that is the deadline.
void ClusterClient::try_again(Request request) {
  request->redirected = 0;
  constexpr unsigned longest_doubling = 5;
  const milliseconds most{2U << std::min(request->again++, longest_doubling)};
  const std::chrono::microseconds pause{
      std::uniform_int_distribution<std::int64_t>(500, std::chrono::microseconds(most).count())(random_)};
  const Deadline until = std::min<Deadline>(Clock::now() + pause, request->deadline);
  waiting_.for_time(std::move(request), until);
  wake_by(until);
}

void ClusterClient::finish(Request request, Reply reply) {
  --under_way_;
  request->done(reply);
}

void ClusterClient::fail_soon(Request request, Failure why) {
  boost::asio::post(executor_, [self = shared_from_this(), request = std::move(request), why]() mutable {
    self->finish(std::move(request), std::unexpected(why));
  });
}

// Another one with each command, and one that is well if there is one.
const Shard* ClusterClient::any_shard() {
  const auto& shards = topology_.shards();
  if (shards.empty()) return nullptr;
  ++turn_;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const Shard& shard = shards[(turn_ + i) % shards.size()];
    if (nodes_->is_well(shard.master)) return &shard;
  }
  return &shards[turn_ % shards.size()];
}

ClusterClient::Node ClusterClient::node_of(const Shard& shard) {
  by_shard_.resize(topology_.shards().size());
  Node& node = by_shard_[static_cast<std::size_t>(&shard - topology_.shards().data())];
  if (node == nullptr) node = nodes_->at(shard.master);
  return node;
}

void ClusterClient::refresh(Deadline deadline, const HostPort* last_to_ask) {
  const auto now = Clock::now();
  if (refreshing_ || closed_) return;
  if (now < next_refresh_) {
    stale_ = true;
    if (waiting_.any_for_topology()) wake_by(next_refresh_);
    return;
  }
  refreshing_ = true;
  stale_ = false;
  next_refresh_ = now + between_refreshes;
  // As long as the one waits who needs it, so that nothing is under way any more when he has gone.
  const Deadline end = std::max(now + between_refreshes, std::min(deadline, now + options_.longest_refresh));
  ClusterRefresh::start(executor_, nodes_, whom_to_ask(topology_, options_.seeds, *nodes_, last_to_ask, random_), end,
                        [self = shared_from_this()](auto topology) { self->refreshed(std::move(topology)); });
}

void ClusterClient::refreshed(std::expected<Topology, ClusterRefresh::Failed> topology) {
  refreshing_ = false;
  if (closed_) return;
  if (nobody_answers_ && topology) nodes_->forgive();
  nobody_answers_ = !topology.has_value();
  const bool silent = nobody_answers_ && topology.error().silent;
  if (topology) {
    topology_ = *std::move(topology);
    by_shard_.clear();
    nodes_->fault({});
  } else {
    nodes_->fault(std::move(topology.error().sentence));
  }
  if (!topology_.shards().empty()) nodes_->keep(topology_);
  for (Request& request : waiting_.take_for_topology()) {
    if (!nobody_answers_) {
      route(std::move(request));
    } else if (silent && request->deadline > Clock::now()) {
      wait_for_topology(std::move(request), nullptr);  // its patience is longer than that of him who asked
    } else {
      fail_soon(std::move(request), Failure::down);
    }
  }
  if (waiting_.empty()) sleep();
}

void ClusterClient::wake_by(Deadline time) {
  if (time >= wakes_at_) return;
  wakes_at_ = time;
  timer_.expires_at(time);
  timer_.async_wait([self = shared_from_this(), id = ++wake_id_](boost::system::error_code) {
    if (self->wake_id_ == id) self->wake();  // else another time took its place
  });
}

void ClusterClient::sleep() {
  ++wake_id_;
  wakes_at_ = Deadline::max();
  timer_.cancel();
}

void ClusterClient::wake() {
  wakes_at_ = Deadline::max();
  for (Request& request : waiting_.take_due(Clock::now())) route(std::move(request));
  if (const auto last = waiting_.last_for_topology()) refresh(*last);
  if (const auto next = waiting_.next_due()) wake_by(*next);
}

void ClusterClient::close() {
  if (std::exchange(closed_, true)) return;
  sleep();
  for (Request& request : waiting_.take_for_topology()) fail_soon(std::move(request), Failure::down);
  for (Request& request : waiting_.take_due(Deadline::max())) fail_soon(std::move(request), Failure::down);
  nodes_->close();
}

}  // namespace

std::shared_ptr<Client> make_cluster_client(boost::asio::any_io_executor executor, ClusterOptions options,
                                            ConnectTo connect) {
  return std::make_shared<ClusterClient>(std::move(executor), std::move(options), std::move(connect));
}

}  // namespace weir::store::redis
