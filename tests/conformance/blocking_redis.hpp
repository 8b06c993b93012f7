// blocking_redis.hpp: one connection to one Redis that waits for every answer: all that a conformance run needs.
#pragma once

#include "store/redis/command.hpp"
#include "store/redis/script.hpp"
#include "store/redis/value.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::conformance {

using store::redis::Value;

// An answer that owns its texts and items.
class Answer {
 public:
  Value value{};
  std::deque<std::string> texts{};
  std::deque<std::vector<Value>> items{};
};

class BlockingRedis {
 public:
  explicit BlockingRedis(std::uint16_t port) : socket_(io_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
  }

  Answer ask(const std::vector<std::string>& words) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    boost::asio::write(socket_, boost::asio::buffer(store::redis::command(views).bytes));
    Answer answer;
    answer.value = read(answer);
    return answer;
  }

  Answer call(const store::redis::ScriptCall& call) {
    std::vector<std::string> words{"EVALSHA", call.script->sha1, std::to_string(call.keys.size())};
    words.insert(words.end(), call.keys.begin(), call.keys.end());
    words.insert(words.end(), call.arguments.begin(), call.arguments.end());
    Answer answer = ask(words);
    if (!answer.value.is_error("NOSCRIPT")) return answer;
    words[0] = "EVAL";
    words[1] = call.script->text;
    return ask(words);
  }

 private:
  std::string line() {
    const std::size_t size = boost::asio::read_until(socket_, boost::asio::dynamic_buffer(buffer_), "\r\n");
    std::string text = buffer_.substr(0, size - 2);
    buffer_.erase(0, size);
    return text;
  }

  Value read(Answer& into) {
    const std::string head = line();
    const std::string rest = head.substr(1);
    switch (head.at(0)) {
      case '+':
        return {.type = Value::Type::status, .text = into.texts.emplace_back(rest)};
      case '-':
        return {.type = Value::Type::error, .text = into.texts.emplace_back(rest)};
      case ':':
        return {.type = Value::Type::integer, .integer = std::stoll(rest)};
      case '$': {
        if (rest == "-1") return {};
        const std::size_t size = std::stoul(rest) + 2;
        if (buffer_.size() < size) {
          boost::asio::read(socket_, boost::asio::dynamic_buffer(buffer_),
                            boost::asio::transfer_exactly(size - buffer_.size()));
        }
        std::string& text = into.texts.emplace_back(buffer_.substr(0, size - 2));
        buffer_.erase(0, size);
        return {.type = Value::Type::text, .text = text};
      }
      case '*': {
        if (rest == "-1") return {};
        std::vector<Value> items;
        for (auto left = std::stoul(rest); left > 0; --left) items.push_back(read(into));
        return {.type = Value::Type::array, .items = into.items.emplace_back(std::move(items))};
      }
      default:
        throw std::runtime_error("not RESP: " + head);
    }
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::string buffer_;
};

}  // namespace weir::conformance
