// native_steered.hpp: the native layout's scripts on a real server, under a clock that the test turns: the one line
// that takes Redis' time is replaced by one that reads it from a key.
#pragma once

#include "random/chance.hpp"
#include "redis_server.hpp"
#include "store/redis/native/layout.hpp"
#include "store/redis/resp/command.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <cstdint>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

// An answer that owns its texts.
class WireReply {
 public:
  WireReply() = default;
  WireReply(const WireReply&) = delete;
  WireReply& operator=(const WireReply&) = delete;
  WireReply(WireReply&&) = default;
  WireReply& operator=(WireReply&&) = default;
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  friend class Wire;
  std::deque<std::string> texts_;
  std::deque<std::vector<Value>> lists_;
  Value value_;
};

// One question at a time, and its answer.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no Redis");
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { ::close(fd_); }

  void send(const std::vector<std::string_view>& words) { out_ += command(words).bytes; }
  WireReply receive() {
    while (!out_.empty()) {
      const ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error("Redis is gone");
      out_.erase(0, static_cast<std::size_t>(sent));
    }
    WireReply reply;
    reply.value_ = read(reply);
    return reply;
  }
  WireReply ask(const std::vector<std::string_view>& words) {
    send(words);
    return receive();
  }
  std::int64_t number(const std::vector<std::string_view>& words) { return ask(words).value().integer; }
  std::string text(const std::vector<std::string_view>& words) { return std::string(ask(words).value().text); }

 private:
  std::string take(std::size_t size) {
    while (in_.size() - at_ < size) more();
    std::string bytes = in_.substr(at_, size);
    at_ += size;
    return bytes;
  }
  std::string line() {
    std::size_t end = 0;
    while ((end = in_.find("\r\n", at_)) == std::string::npos) more();
    std::string text = in_.substr(at_, end - at_);
    at_ = end + 2;
    return text;
  }
  void more() {
    in_.erase(0, at_);
    at_ = 0;
    char buffer[65536];
    const ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) throw std::runtime_error("Redis is gone");
    in_.append(buffer, static_cast<std::size_t>(got));
  }
  Value read(WireReply& reply) {
    const std::string head = line();
    const std::string rest = head.substr(1);
    Value value;
    switch (head[0]) {
      case ':':
        value.type = Value::Type::integer;
        value.integer = std::stoll(rest);
        break;
      case '$':
        if (rest == "-1") break;
        value.type = Value::Type::text;
        value.text = reply.texts_.emplace_back(take(std::stoull(rest)));
        take(2);
        break;
      case '*': {
        value.type = Value::Type::array;
        std::vector<Value> items;
        for (long long left = std::stoll(rest); left > 0; --left) items.push_back(read(reply));
        value.items = reply.lists_.emplace_back(std::move(items));
        break;
      }
      default:
        value.type = head[0] == '-' ? Value::Type::error : Value::Type::status;
        value.text = reply.texts_.emplace_back(rest);
    }
    return value;
  }

  int fd_;
  std::string out_;
  std::string in_;
  std::size_t at_ = 0;
};

class Steered {
 public:
  Steered() : wire_(server_.port()) {}

  Instant now{};  // whole microseconds

  WireReply run(const ScriptCall& call) {
    (void)wire_.ask({"SET", "clock", std::to_string(now.time_since_epoch().count() / 1000)});
    return run_at_the_time_set(call);
  }
  WireReply run_at_the_time_set(const ScriptCall& call) {
    std::string& sha = loaded_[call.script];
    if (sha.empty()) sha = wire_.text({"SCRIPT", "LOAD", steered(call.script->text)});
    const std::string keys = std::to_string(call.keys.size());
    std::vector<std::string_view> words{"EVALSHA", sha, keys};
    words.insert(words.end(), call.keys.begin(), call.keys.end());
    words.insert(words.end(), call.arguments.begin(), call.arguments.end());
    return wire_.ask(words);
  }
  Wire& wire() { return wire_; }
  RedisServer& server() { return server_; }

 private:
  static std::string steered(std::string text) {
    constexpr std::string_view line = "local time = call('TIME')";
    const std::size_t at = text.find(line);
    if (at == std::string::npos) throw std::logic_error("the script does not take the time as expected");
    return text.replace(at, line.size(),
                        "local clock = call('GET', 'clock') local time = {sub(clock, 1, -7), sub(clock, -6)}");
  }

  RedisServer server_;
  Wire wire_;
  std::map<const Script*, std::string> loaded_;
};

inline std::string said(const Verdict& verdict) {
  return (verdict.outcome == limits::Outcome::allowed   ? "allowed"
          : verdict.outcome == limits::Outcome::limited ? "limited"
                                                        : "above the limit") +
         std::string(" of ") + std::to_string(verdict.limit) + ", remaining " + std::to_string(verdict.remaining) +
         ", debt " + std::to_string(verdict.debt) + ", reset " +
         std::to_string(verdict.reset.time_since_epoch().count()) + ", retry after " +
         std::to_string(verdict.retry_after.count());
}

}  // namespace weir::store::redis
