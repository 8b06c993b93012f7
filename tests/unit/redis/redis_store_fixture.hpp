// redis_store_fixture.hpp: a RedisStore over a client whose answers come when and how a test says.
#pragma once

#include "fake_layout.hpp"
#include "scripted_client.hpp"
#include "store/redis/store/redis_store.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

using namespace std::chrono_literals;

class RedisStoreTest : public testing::Test {
 protected:
  RedisStoreTest() {
    TestTime::now_ = Deadline{} + 1h;
    options_.now = &TestTime::now;
    options_.on_notice = [this](std::string_view sentence) { notices_.emplace_back(sentence); };
    client_ = std::make_shared<ScriptedClient>();
  }
  ~RedisStoreTest() override {
    store_.reset();
    client_->sent.clear();  // what is never answered would keep its store for ever
  }

  RedisStore& store() {
    if (store_ == nullptr) {
      store_ = std::make_unique<RedisStore>(io_.get_executor(), client_, std::make_unique<FakeLayout>(), options_);
    }
    return *store_;
  }
  std::shared_ptr<const Space> space(std::int64_t count, std::string_view prefix = "p") {
    return store().open(prefix, fixed_window(count, 1min));
  }
  void run() {
    io_.restart();
    io_.run();
  }
  // Writes "KEY STATUS REMAINING" when the answer comes; a refusal's rest is negative.
  void ask(const Space& space, const std::string& key, std::int64_t cost = 1, Instant now = {},
           std::string_view request = {}) {
    const auto& kept = keys_.emplace_back(std::make_unique<std::string>(key));
    const Check check{.space = &space, .key = *kept, .cost = cost, .request = request};
    store().decide({.checks = std::span(&check, 1), .now = now},
                   [this, key](const Answer& answer) { note(key, answer); });
  }
  void note(const std::string& name, const Answer& answer) {
    constexpr std::string_view words[] = {"decided", "repeated", "conflict", "timeout", "down", "full"};
    std::string line = name + " " + std::string(words[static_cast<int>(answer.status)]);
    for (const Verdict& verdict : answer.verdicts) {
      line += (verdict.allowed() ? " " : " -") + std::to_string(verdict.remaining);
    }
    answers_.push_back(line);
  }
  [[nodiscard]] std::uint64_t errors(StoreError error) {
    return store().health().errors[static_cast<std::size_t>(error)];
  }

  boost::asio::io_context io_;
  StoreOptions options_;
  std::shared_ptr<ScriptedClient> client_;
  std::unique_ptr<RedisStore> store_;
  std::vector<std::unique_ptr<std::string>> keys_;
  std::vector<std::string> answers_;
  std::vector<std::string> notices_;
};

}  // namespace weir::store::redis
