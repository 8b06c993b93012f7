// cluster_user.hpp: one who uses the Cluster's client from a thread of its own, and many who do so at once.
#pragma once

#include "store/redis/cluster/cluster_client.hpp"
#include "store/redis/resp/command.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weir::store::redis {

inline std::string_view word_of(Failure failure) {
  switch (failure) {
    case Failure::timeout:
      return "failed: timeout";
    case Failure::lost:
      return "failed: lost";
    case Failure::down:
      return "failed: down";
    case Failure::full:
      return "failed: full";
  }
  return "failed";
}

// "OK", "7", "(nil)", "[a b]", "ERR ...", "failed: down".
inline std::string said(const Value& value) {
  switch (value.type) {
    case Value::Type::nil:
      return "(nil)";
    case Value::Type::integer:
      return std::to_string(value.integer);
    case Value::Type::array: {
      std::string all = "[";
      for (const Value& item : value.items) all += (all.size() > 1 ? " " : "") + said(item);
      return all + "]";
    }
    default:
      return std::string(value.text);
  }
}
inline std::string said(const Reply& reply) { return reply ? said(reply->get()) : std::string(word_of(reply.error())); }

inline Command words(const std::vector<std::string>& all, std::optional<Slot> slot) {
  const std::vector<std::string_view> views(all.begin(), all.end());
  return command(views, slot);
}

class ClusterUser {
 public:
  explicit ClusterUser(ClientOptions options) {
    auto made = make_cluster_client(io_.get_executor(), std::move(options));
    if (!made) throw std::runtime_error(made.error());
    client_ = *std::move(made);
    thread_ = std::thread([this] { io_.run(); });
  }
  ClusterUser(const ClusterUser&) = delete;
  ClusterUser& operator=(const ClusterUser&) = delete;
  ~ClusterUser() {
    boost::asio::post(io_, [this] { client_->close(); });
    guard_.reset();
    thread_.join();
  }

  [[nodiscard]] Client& client() { return *client_; }
  [[nodiscard]] boost::asio::io_context& io() { return io_; }

  // The slot is that of the second word, the key of most commands.
  std::string ask(const std::vector<std::string>& all, std::chrono::milliseconds patience = std::chrono::seconds(5)) {
    return start(all, slot_of(all.at(1)), patience).get();
  }
  std::future<std::string> start(const std::vector<std::string>& all, std::optional<Slot> slot,
                                 std::chrono::milliseconds patience = std::chrono::seconds(5)) {
    auto promise = std::make_shared<std::promise<std::string>>();
    auto future = promise->get_future();
    boost::asio::post(io_, [this, all, slot, patience, promise] {
      client_->send(words(all, slot), std::chrono::steady_clock::now() + patience,
                    [promise](const Reply& reply) { promise->set_value(said(reply)); });
    });
    return future;
  }

 private:
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  std::shared_ptr<Client> client_;
  std::thread thread_;
};

// Callers that append numbers, each once, to lists in many slots until they are told to stop. A command that was done
// twice leaves its number twice.
class ClusterLoad {
 public:
  struct Outcome {
    std::map<std::string, std::uint64_t> answers{};  // how often each answer came; all list lengths are "done"
    std::vector<std::uint64_t> acknowledged{};       // per key
    std::chrono::milliseconds latest{0};             // past its deadline
    [[nodiscard]] std::uint64_t failed() const {
      std::uint64_t count = 0;
      for (const auto& [answer, times] : answers) count += answer == "done" ? 0 : times;
      return count;
    }
  };

  ClusterLoad(ClusterUser& user, std::vector<std::string> keys,
              std::chrono::milliseconds patience = std::chrono::seconds(1))
      : user_(user), keys_(std::move(keys)), patience_(patience) {
    outcome_.acknowledged.resize(keys_.size());
    for (std::size_t caller = 0; caller < callers; ++caller) {
      boost::asio::post(user_.io(), [this] { next(); });
    }
  }
  ClusterLoad(const ClusterLoad&) = delete;
  ClusterLoad& operator=(const ClusterLoad&) = delete;
  ~ClusterLoad() {
    if (!joined_) (void)stop();
  }

  [[nodiscard]] std::uint64_t done() const { return done_; }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

  Outcome stop() {
    joined_ = true;
    stopping_ = true;
    all_ended_.get_future().wait();
    return outcome_;
  }

 private:
  static constexpr std::size_t callers = 8;

  void next() {
    if (stopping_) {
      if (++ended_ == callers) all_ended_.set_value();
      return;
    }
    const std::size_t key = number_ % keys_.size();
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    user_.client().send(command({"RPUSH", keys_[key], std::to_string(number_++)}, slot_of(keys_[key])), deadline,
                        [this, key, deadline](const Reply& reply) { answered(key, deadline, reply); });
  }

  void answered(std::size_t key, Deadline deadline, const Reply& reply) {
    const auto late = std::chrono::steady_clock::now() - deadline;
    outcome_.latest = std::max(outcome_.latest, std::chrono::duration_cast<std::chrono::milliseconds>(late));
    if (reply && reply->get().type == Value::Type::integer) {
      ++done_;
      ++outcome_.answers["done"];
      ++outcome_.acknowledged[key];
      return next();
    }
    ++failures_;
    ++outcome_.answers[said(reply)];
    // A gateway's next request does not come in the same microsecond either.
    auto pause = std::make_shared<boost::asio::steady_timer>(user_.io(), std::chrono::milliseconds(1));
    pause->async_wait([this, pause](boost::system::error_code) { next(); });
  }

  ClusterUser& user_;
  std::vector<std::string> keys_;
  std::chrono::milliseconds patience_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  std::promise<void> all_ended_;
  bool joined_ = false;
  std::uint64_t number_ = 0;  // from here on the client's thread alone
  std::size_t ended_ = 0;
  Outcome outcome_;
};

}  // namespace weir::store::redis
