#include "store/redis/layout/script.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace weir::store::redis {
namespace {

// Answers each command with the next of a list.
class ScriptedClient : public Client {
 public:
  void send(Command command, Deadline, OnReply done) override {
    sent.push_back(std::move(command));
    const Value answer = answers.front();
    answers.pop_front();
    done(std::cref(answer));
  }
  [[nodiscard]] bool is_cluster() const override { return cluster; }
  [[nodiscard]] Health health() const override { return {}; }
  void close() override {}

  bool cluster = false;
  std::deque<Value> answers;
  std::vector<Command> sent;
};

const Value unknown{.type = Value::Type::error, .text = "NOSCRIPT No matching script. Please use EVAL."};
const Value seven{.type = Value::Type::integer, .integer = 7};

const Script& a_script() {
  static const Script script = Script::of("seven", "return 7");
  return script;
}

std::int64_t answer_of(Client& client, const ScriptCall& call) {
  std::int64_t answer = 0;
  call_script(client, call, Deadline::max(), [&](Reply reply) { answer = reply ? reply->get().integer : -1; });
  return answer;
}

TEST(Script, IsNamedByItsSha1) {
  EXPECT_EQ(a_script().name, "seven");
  EXPECT_EQ(Script::of("x", "").sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(Script::of("x", "abc").sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Script, IsCalledByItsName) {
  ScriptedClient client;
  client.answers = {seven};
  EXPECT_EQ(answer_of(client, {&a_script(), {"k"}, {"x", "y"}}), 7);
  ASSERT_EQ(client.sent.size(), 1U);
  EXPECT_EQ(client.sent[0].bytes, command({"EVALSHA", a_script().sha1, "1", "k", "x", "y"}).bytes);
  EXPECT_FALSE(client.sent[0].slot);
}

TEST(Script, ThatTheServerDoesNotKnowIsSentAsText) {
  ScriptedClient client;
  client.answers = {unknown, seven};
  EXPECT_EQ(answer_of(client, {&a_script(), {"k"}, {"x", "y"}}), 7);
  ASSERT_EQ(client.sent.size(), 2U);
  EXPECT_EQ(client.sent[1].bytes, command({"EVAL", "return 7", "1", "k", "x", "y"}).bytes);
}

TEST(Script, WithManyKeysIsRepairedToo) {
  ScriptedClient client;
  client.answers = {unknown, seven};
  const std::vector<std::string> keys(100, "key");
  EXPECT_EQ(answer_of(client, {&a_script(), keys, {}}), 7);
  std::vector<std::string_view> words{"EVAL", "return 7", "100"};
  words.insert(words.end(), keys.begin(), keys.end());
  EXPECT_EQ(client.sent[1].bytes, command(words).bytes);
}

TEST(Script, InAClusterGoesToTheSlotOfItsFirstKey) {
  ScriptedClient client;
  client.cluster = true;
  client.answers = {unknown, seven, seven};
  answer_of(client, {&a_script(), {"p:{a}", "q:{a}"}, {}});
  EXPECT_EQ(client.sent[0].slot, slot_of("a"));
  EXPECT_EQ(client.sent[1].slot, slot_of("a"));
  answer_of(client, {&a_script(), {}, {}});
  EXPECT_FALSE(client.sent[2].slot);
}

}  // namespace
}  // namespace weir::store::redis
