// scripted_client.hpp: a Client whose answers come when and how a test says; it reads the commands of FakeLayout.
#pragma once

#include "fake_layout.hpp"
#include "store/redis/client/client.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::store::redis {

// The time of a test's own.
struct TestTime {
  static inline Deadline now_{};
  static Deadline now() { return now_; }
};

// An answer with what it speaks of.
class OwnedValue {
 public:
  static OwnedValue numbers(const std::vector<std::int64_t>& all) {
    OwnedValue made;
    for (const std::int64_t one : all) made.items_.push_back({.type = Value::Type::integer, .integer = one});
    made.value_ = {.type = Value::Type::array, .items = made.items_};
    return made;
  }
  static OwnedValue number(std::int64_t one) {
    OwnedValue made;
    made.value_ = {.type = Value::Type::integer, .integer = one};
    return made;
  }
  static OwnedValue error(std::string text) {
    OwnedValue made;
    made.text_ = std::make_unique<std::string>(std::move(text));
    made.value_ = {.type = Value::Type::error, .text = *made.text_};
    return made;
  }
  static OwnedValue text(std::string text) {
    OwnedValue made = error(std::move(text));
    made.value_.type = Value::Type::text;
    return made;
  }
  static OwnedValue nil() { return {}; }
  [[nodiscard]] const Value& get() const { return value_; }

 private:
  Value value_;
  std::vector<Value> items_;
  std::unique_ptr<std::string> text_;
};

class ScriptedClient final : public Client {
 public:
  struct Sent {
    Asked asked;
    Deadline deadline;
    OnReply done;
  };
  std::deque<Sent> sent;  // that have no answer yet
  FakeServer server;
  bool cluster = false;
  bool closed = false;

  void send(Command command, Deadline deadline, OnReply done) override {
    sent.push_back({Asked::of(command.bytes), deadline, std::move(done)});
  }
  [[nodiscard]] bool is_cluster() const override { return cluster; }
  [[nodiscard]] Health health() const override {
    return {.up = true, .last_error = "the server is away", .reconnects = 7};
  }
  void close() override { closed = true; }

  Sent take() {
    Sent first = std::move(sent.front());
    sent.pop_front();
    return first;
  }
  // The oldest question, as the server decides it.
  void answer() {
    Sent first = take();
    const OwnedValue value = said(first.asked);
    first.done(value.get());
  }
  void fail(Failure failure) { take().done(std::unexpected(failure)); }
  void say_error(const std::string& text) {
    const OwnedValue value = OwnedValue::error(text);
    take().done(value.get());
  }
  [[nodiscard]] OwnedValue said(const Asked& asked) {
    if (asked.script == "parts_read") {
      const auto found = server.parts.find(asked.keys[0]);
      return found == server.parts.end() ? OwnedValue::nil() : OwnedValue::text(found->second);
    }
    const auto numbers = server.run(asked);
    const bool list = asked.script == "each" || asked.script == "joint" || asked.script == "look";
    return list ? OwnedValue::numbers(numbers) : OwnedValue::number(numbers.front());
  }
};

}  // namespace weir::store::redis
