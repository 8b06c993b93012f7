// one_redis.hpp: one Redis, and script calls to it that wait for their answer.
#pragma once

#include "store/redis/client/client_options.hpp"
#include "store/redis/layout/script.hpp"
#include "store/redis/resp/value.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weir::conformance {

using store::redis::Value;

// An answer that owns its texts and items.
class Answer {
 public:
  explicit Answer(const Value& from) : value(copy(from)) {}
  Answer(Answer&&) = default;

 private:
  Value copy(const Value& from) {
    Value to = from;
    to.text = texts_.emplace_back(from.text);
    std::vector<Value> items;
    for (const Value& item : from.items) items.push_back(copy(item));
    to.items = items_.emplace_back(std::move(items));
    return to;
  }

  std::deque<std::string> texts_;  // before `value`, which is made of them
  std::deque<std::vector<Value>> items_;

 public:
  Value value;
};

class OneRedis {
 public:
  explicit OneRedis(std::uint16_t port) {
    auto url = store::parse_store_url("redis://127.0.0.1:" + std::to_string(port));
    auto made = store::redis::make_client(io_.get_executor(), {.url = url.value()});
    if (!made) throw std::runtime_error(made.error());
    client_ = std::move(*made);
  }
  OneRedis(const OneRedis&) = delete;
  OneRedis& operator=(const OneRedis&) = delete;
  ~OneRedis() { client_->close(); }

  Answer call(const store::redis::ScriptCall& call) {
    std::unique_ptr<Answer> answer;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    store::redis::call_script(*client_, call, deadline, [&answer](const store::redis::Reply& reply) {
      if (reply) answer = std::make_unique<Answer>(reply->get());
    });
    io_.restart();
    io_.run();
    if (answer == nullptr) throw std::runtime_error("Redis did not answer: " + client_->health().last_error);
    return std::move(*answer);
  }

 private:
  boost::asio::io_context io_;
  std::shared_ptr<store::redis::Client> client_;
};

}  // namespace weir::conformance
