// a_client.hpp: a Client on a loop of the test's own.
#pragma once

#include "redis_server.hpp"
#include "store/redis/client/client_options.hpp"
#include "store/redis/resp/command.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace weir::store::redis {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// What an answer was, in a word: the text, "(nil)", "(7 items)", or the failure.
inline std::string in_words(const Reply& reply) {
  if (!reply) {
    constexpr std::string_view names[] = {"timeout", "lost", "down", "full"};
    return "<" + std::string(names[static_cast<std::size_t>(reply.error())]) + ">";
  }
  const Value& value = *reply;
  switch (value.type) {
    case Value::Type::nil:
      return "(nil)";
    case Value::Type::integer:
      return std::to_string(value.integer);
    case Value::Type::array:
      return "(" + std::to_string(value.items.size()) + " items)";
    default:
      return std::string(value.text);
  }
}

class AClient {
 public:
  explicit AClient(const std::string& url) : AClient(ClientOptions{.url = parse_store_url(url).value()}) {}
  explicit AClient(ClientOptions options) {
    auto made = make_client(loop.get_executor(), std::move(options));
    if (!made) throw std::runtime_error(made.error());
    client = std::move(*made);
  }
  explicit AClient(const RedisServer& server) : AClient("redis://" + server.address()) {}
  AClient(const AClient&) = delete;
  AClient& operator=(const AClient&) = delete;
  ~AClient() { client->close(); }

  // Waits for the answer, and for nothing else: run() ends when nothing is posted any more.
  std::string ask(std::initializer_list<std::string_view> words, std::chrono::milliseconds patience = 10s) {
    std::string answer = "<never>";
    client->send(command(words), steady_clock::now() + patience, [&](const Reply& reply) { answer = in_words(reply); });
    run();
    return answer;
  }
  void run() {
    loop.restart();
    loop.run();
  }

  boost::asio::io_context loop{1};
  std::shared_ptr<Client> client;
};

}  // namespace weir::store::redis
