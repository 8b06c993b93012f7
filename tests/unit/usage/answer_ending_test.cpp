// Every provider's stream, cut behind each of its events and ended there: what comes out is a whole answer, to the
// reader that counts tokens and to whoever parses each of its events.
#include "usage/answer/ending.hpp"
#include "usage/answer/follower.hpp"

#include "random/seed.hpp"
#include "usage/json_random.hpp"
#include "usage/reader.hpp"
#include "usage/transcripts.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <set>
#include <string>
#include <vector>

namespace weir::usage {
namespace {

using testing::HasSubstr;

constexpr Counts counts{.input = 12, .output = 7, .cached_input = 3, .cache_write = 0, .reasoning = 2};

// How the answer ends when it is cut behind `passed`, which are whole events.
std::string ended(const Transcript& transcript, const std::string& passed) {
  Follower follower(transcript.content_type);
  follower.follow(passed);
  EXPECT_TRUE(follower.between_events()) << passed;
  return ending(follower.state(), {.dialect = transcript.dialect, .framing = follower.framing(), .counts = counts});
}

// Behind each event of it.
std::set<std::size_t> cuts_of(const Transcript& transcript, const std::vector<std::string>& pieces) {
  Follower follower(transcript.content_type);
  std::set<std::size_t> cuts;
  std::size_t before = 0;
  for (const std::string& piece : pieces) {
    if (const auto cut = follower.follow(piece)) cuts.insert(before + *cut);
    before += piece.size();
  }
  return cuts;
}

std::vector<std::string> bytes_of(std::string_view text) {
  std::vector<std::string> bytes;
  for (const char byte : text) bytes.emplace_back(1, byte);
  return bytes;
}

const Transcript& transcript(std::string_view name) {
  for (const Transcript& one : transcripts()) {
    if (one.name == name) return one;
  }
  throw std::out_of_range(std::string(name));
}

// Of a stream of server-sent events.
std::vector<std::string> data_of(std::string_view stream) {
  std::vector<std::string> all;
  for (std::size_t at = 0; (at = stream.find("data:", at)) != std::string_view::npos;) {
    const std::size_t end = stream.find('\n', at);
    all.emplace_back(stream.substr(at + 5, end - at - 5));
    at = end;
  }
  return all;
}

class EveryStream : public testing::TestWithParam<Transcript> {};

TEST_P(EveryStream, IsAWholeAnswerWhereverItIsCut) {
  const Transcript& given = GetParam();
  int endings = 0;
  for (const std::size_t cut : cuts_of(given, bytes_of(given.body))) {
    const std::string passed = given.body.substr(0, cut);
    const std::string rest = ended(given, passed);
    if (rest.empty()) continue;
    ++endings;
    Reader reader(given.protocol, given.content_type);
    reader.read(passed + rest);
    reader.end();
    const Observation seen = reader.observe();
    ASSERT_FALSE(seen.broken) << passed << rest;
    ASSERT_FALSE(seen.truncated) << passed << rest;
    ASSERT_TRUE(seen.finished) << passed << rest;
    ASSERT_TRUE(seen.output_known) << passed << rest;
    Follower follower(given.content_type);
    follower.follow(passed);
    ASSERT_TRUE(follower.state().finished || seen.counts.output == counts.output) << passed << rest;
    if (!given.content_type.contains("event-stream")) continue;
    for (const std::string& data : data_of(rest)) {
      ASSERT_TRUE(data == " [DONE]" || boost::json::parse(data).is_object()) << rest;
    }
  }
  EXPECT_GT(endings, 0);
}

TEST_P(EveryStream, HasItsEventsEndWhereItHasThemWhateverTheSplit) {
  SCOPED_TRACE(repeat_with());
  const Transcript& given = GetParam();
  RandomJson random(seed());
  const std::set<std::size_t> all = cuts_of(given, bytes_of(given.body));
  for (int round = 0; round < 200; ++round) {
    for (const std::size_t cut : cuts_of(given, random.pieces(given.body))) ASSERT_TRUE(all.contains(cut)) << cut;
  }
  EXPECT_EQ(*cuts_of(given, {given.body}).rbegin(), *all.rbegin());
}

std::vector<Transcript> streams() {
  std::vector<Transcript> all;
  for (const Transcript& one : transcripts()) {
    const bool streams = one.content_type != "application/json" || one.name.contains("array");
    const bool can_end = one.dialect != Dialect::unknown && one.dialect != Dialect::bedrock_invoke;
    if (streams && can_end) all.push_back(one);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Ending, EveryStream, testing::ValuesIn(streams()), [](const auto& each) {
  std::string name;
  for (const char byte : each.param.name)
    name += std::isalnum(static_cast<unsigned char>(byte)) != 0 ? std::string(1, byte) : "";
  return name;
});

TEST(Ending, OfAChatIsAChunkUnderTheSameIdAndDone) {
  const Transcript chat{.name = {},
                        .protocol = Protocol::openai,
                        .content_type = "text/event-stream",
                        .body = {},
                        .counts = {},
                        .dialect = Dialect::openai_chat};
  const std::string passed =
      R"(data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]})"
      "\n\n";
  EXPECT_EQ(
      ended(chat, passed),
      R"(data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}]})"
      "\n\n"
      R"(data: {"id":"chatcmpl-9","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":7,"total_tokens":19,"prompt_tokens_details":{"cached_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}})"
      "\n\ndata: [DONE]\n\n");
  Follower follower(chat.content_type);
  follower.follow(passed);
  EXPECT_EQ(data_of(ending(follower.state(), {.dialect = Dialect::openai_chat, .usage_asked = false})).size(), 2U);
}

TEST(Ending, OfAChatFinishesTheChoicesThatAreOpen) {
  Follower follower("text/event-stream");
  follower.follow(
      "data: "
      "{\"choices\":[{\"index\":0,\"finish_reason\":null},{\"index\":1,\"finish_reason\":null},{\"index\":2}]}\n\n"
      "data: {\"choices\":[{\"index\":1,\"finish_reason\":\"stop\"}]}\n\n");
  const boost::json::value chunk =
      boost::json::parse(data_of(ending(follower.state(), {.dialect = Dialect::openai_chat}))[0]);
  ASSERT_EQ(chunk.at("choices").as_array().size(), 2U);
  EXPECT_EQ(chunk.at("choices").at(0).at("index"), 0);
  EXPECT_EQ(chunk.at("choices").at(1).at("index"), 2);
}

TEST(Ending, OfACompletionHasText) {
  Follower follower("text/event-stream");
  follower.follow("data: {\"object\":\"text_completion\",\"choices\":[{\"index\":0,\"text\":\"x\"}]}\n\n");
  EXPECT_THAT(ending(follower.state(), {.dialect = Dialect::openai_chat}), HasSubstr(R"("object":"text_completion")"));
  EXPECT_THAT(ending(follower.state(), {.dialect = Dialect::openai_chat}),
              HasSubstr(R"("text":"","logprobs":null,"finish_reason":"length")"));
}

TEST(Ending, OfAnthropicStopsTheBlockThatIsOpen) {
  const Transcript& claude = transcript("Anthropic, stream with cache and thinking");
  const std::size_t within = claude.body.find("event: content_block_delta");
  EXPECT_EQ(ended(claude, claude.body.substr(0, within)),
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
            "event: message_delta\ndata: "
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\",\"stop_sequence\":null},\"usage\":{"
            "\"output_tokens\":7}}\n\n"
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
  const std::size_t told = claude.body.find("event: message_stop");
  EXPECT_EQ(ended(claude, claude.body.substr(0, told)), "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

TEST(Ending, OfResponsesIsIncompleteUnderTheSameId) {
  Follower follower("text/event-stream");
  follower.follow(
      "event: response.created\ndata: "
      "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"created_at\":1741476777,"
      "\"model\":\"o3\"}}\n\n"
      "event: response.output_text.delta\ndata: "
      "{\"type\":\"response.output_text.delta\",\"sequence_number\":7,\"delta\":\"Hi\"}\n\n");
  const boost::json::value event = boost::json::parse(
      data_of(ending(follower.state(), {.dialect = Dialect::openai_responses, .counts = counts}))[0]);
  EXPECT_EQ(event.at("type"), "response.incomplete");
  EXPECT_EQ(event.at("sequence_number"), 8);
  EXPECT_EQ(event.at("response").at("id"), "resp_1");
  EXPECT_EQ(event.at("response").at("created_at"), 1741476777);
  EXPECT_EQ(event.at("response").at("incomplete_details").at("reason"), "max_output_tokens");
}

TEST(Ending, OfDifyIsTheSameMessageAndConversation) {
  Follower follower("text/event-stream");
  follower.follow(
      "data: {\"event\":\"message\",\"task_id\":\"t1\",\"message_id\":\"m1\",\"conversation_id\":\"c1\","
      "\"answer\":\"Hi\"}\n\n");
  const boost::json::value event =
      boost::json::parse(data_of(ending(follower.state(), {.dialect = Dialect::dify, .counts = counts}))[0]);
  EXPECT_EQ(event.at("event"), "message_end");
  EXPECT_EQ(event.at("task_id"), "t1");
  EXPECT_EQ(event.at("message_id"), "m1");
  EXPECT_EQ(event.at("conversation_id"), "c1");
  EXPECT_EQ(event.at("metadata").at("usage").at("total_tokens"), 19);
}

TEST(Ending, OfOllamaIsALineOfItsOwn) {
  for (const std::string between : {"", "\n"}) {
    Follower follower("application/x-ndjson");
    follower.follow(
        R"({"model":"llama3.2","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Hi"},"done":false})" +
        between);
    const std::string rest = ending(follower.state(), {.dialect = Dialect::ollama, .counts = counts});
    EXPECT_EQ(rest.starts_with('\n'), between.empty());
    EXPECT_THAT(rest, HasSubstr(R"("done":true,"done_reason":"length")"));
    EXPECT_THAT(rest, HasSubstr(R"("created_at":"2026-01-01T00:00:00Z")"));
  }
}

TEST(Ending, AStreamThatIsOverNeedsNone) {
  for (const Transcript& one : streams()) {
    if (one.name.starts_with("compatible") || one.name.starts_with("Minimax")) continue;
    Follower follower(one.content_type);
    follower.follow(one.body);
    EXPECT_TRUE(follower.state().finished) << one.name;
  }
  const Transcript& chat = transcript("OpenAI chat, stream, usage in the last chunk");
  EXPECT_EQ(ended(chat, chat.body), "");
}

TEST(Ending, AStreamThatHasNotBegunHasNone) {
  const Follower follower("text/event-stream");
  for (const Dialect dialect : {Dialect::openai_chat, Dialect::openai_responses, Dialect::anthropic, Dialect::gemini,
                                Dialect::cohere, Dialect::unknown, Dialect::dify, Dialect::bedrock_invoke}) {
    EXPECT_EQ(ending(follower.state(), {.dialect = dialect}), "");
  }
}

TEST(Follower, ACommentBetweenEventsIsNoEvent) {
  Follower follower("text/event-stream");
  EXPECT_EQ(follower.follow("data: {}\n\n: ping\n"), 17U);
  EXPECT_TRUE(follower.between_events());
  EXPECT_EQ(follower.follow("data: {}\n: ping\n"), std::nullopt);
  EXPECT_FALSE(follower.between_events());
  EXPECT_EQ(follower.follow("\ndata"), 1U);
  EXPECT_FALSE(follower.between_events());
}

TEST(Follower, AnUnfinishedEventDoesNotCount) {
  Follower follower("text/event-stream");
  follower.follow(
      "data: {\"choices\":[{\"index\":0}]}\n\ndata: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n");
  EXPECT_FALSE(follower.state().finished);
  follower.follow("\n");
  EXPECT_TRUE(follower.state().finished);
}

// An ending there would be read as a part of what is open.
TEST(Follower, InsideADocumentIsNoEndHoweverManyEndedBefore) {
  for (const std::string_view stream : {"1 {\"a\":{}", "[[1],{\"a\":{}", "{}\n-\"d\":1}"}) {
    Follower follower("application/json");
    const auto cut = follower.follow(stream);
    EXPECT_TRUE(!cut || *cut < stream.size()) << stream;
    EXPECT_FALSE(follower.between_events()) << stream;
  }
}

TEST(Follower, ANumberMayEndWithThePieceBehindIt) {
  for (const std::string_view behind : {"\"", "]", "{"}) {
    Follower follower("application/json");
    follower.follow("{\"done\":false}\n7");
    EXPECT_FALSE(follower.follow(behind)) << behind;
    EXPECT_FALSE(follower.state().over) << behind;
  }
}

TEST(Follower, KeepsLittle) { EXPECT_LE(sizeof(Follower), 1024U); }

}  // namespace
}  // namespace weir::usage
