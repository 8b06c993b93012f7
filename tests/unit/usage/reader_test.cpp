// What a reader makes of good streams beyond the transcripts, and what it costs.
#include "usage/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "allocations.hpp"
#include "transcripts.hpp"

namespace weir::usage {
namespace {

std::string chat_chunk(std::string_view content, std::string_view usage = "null") {
  return R"(data: {"id":"c","object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":")" +
         std::string(content) + R"("},"finish_reason":null}],"usage":)" + std::string(usage) + "}\n\n";
}
constexpr std::string_view chat_finish =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n";

Observation read(std::string_view body, Protocol protocol = Protocol::openai,
                 std::string_view content_type = "text/event-stream") {
  static std::unique_ptr<Reader> reader;  // what is told points into it
  reader = std::make_unique<Reader>(protocol, content_type);
  reader->read(body);
  reader->end();
  return reader->observe();
}

// The report: with stream: true the counters never moved, because chunks in mid-stream say `usage: null` and the one
// that says it comes last, cut in two, with [DONE] behind it.
TEST(Stream, ThatTellsItsUsageOnlyAtTheEndIsCounted) {
  Reader reader(Protocol::openai, "text/event-stream");
  for (int chunk = 0; chunk < 100; ++chunk) {
    reader.read(chat_chunk("word "));
    EXPECT_FALSE(reader.observe().output_known);
  }
  reader.read(chat_finish);
  const std::string_view last =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":100,\"total_tokens\":111}}\n\ndata: "
      "[DONE]\n\n";
  reader.read(last.substr(0, 60));
  reader.read(last.substr(60));
  EXPECT_EQ(reader.observe().counts, (Counts{.input = 11, .output = 100}));
  EXPECT_TRUE(reader.observe().final);
}

TEST(Stream, TellsWhenTheFirstContentCame) {
  Reader reader(Protocol::openai, "text/event-stream");
  reader.read("data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n");
  EXPECT_FALSE(reader.content_seen());
  reader.read(chat_chunk("H"));
  EXPECT_TRUE(reader.content_seen());
}

TEST(Stream, WithoutUsageTellsHowMuchTextWentBy) {
  const Observation seen =
      read(chat_chunk("eight ch") + chat_chunk("eight ch") + std::string(chat_finish) + "data: [DONE]\n\n");
  EXPECT_FALSE(seen.output_known);
  EXPECT_FALSE(seen.final);
  EXPECT_TRUE(seen.finished && seen.last_event);
  EXPECT_EQ(seen.output_so_far(), 4U);
}

TEST(Stream, ThatIsCutKeepsItsLastCountsAndEstimatesTheRest) {
  const Observation seen = read(chat_chunk("abcd", R"({"prompt_tokens":5,"completion_tokens":7,"total_tokens":12})") +
                                chat_chunk("eight ch"));
  EXPECT_EQ(seen.counts, (Counts{.input = 5, .output = 7}));
  EXPECT_FALSE(seen.final);
  EXPECT_EQ(seen.uncounted, (Text{.ascii = 8}));
  EXPECT_EQ(seen.output_so_far(), 9U);
}

TEST(Stream, OfAnthropicThatIsCutKnowsItsInput) {
  const Observation seen = read(
      "data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":50,\"output_tokens\":1}}}\n\n"
      "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"twelve chars\"}}\n\n",
      Protocol::anthropic);
  EXPECT_EQ(seen.counts, (Counts{.input = 50, .output = 1}));
  EXPECT_FALSE(seen.final);
  EXPECT_EQ(seen.output_so_far(), 4U);
}

// Gemini's first event counts the prompt, and as total the same.
TEST(Stream, WhoseTotalIsOfTheInputAloneEstimatesItsOutput) {
  const Observation seen = read(
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"eight ch\"}]}}],"
      "\"usageMetadata\":{\"promptTokenCount\":10,\"totalTokenCount\":10}}\n\n",
      Protocol::gemini);
  EXPECT_EQ(seen.counts, (Counts{.input = 10}));
  EXPECT_EQ(seen.output_so_far(), 2U);
  EXPECT_FALSE(seen.final);
}

TEST(Stream, WithAnErrorInItsMiddleSaysSo) {
  EXPECT_TRUE(read(chat_chunk("a") + "data: {\"error\":{\"message\":\"overloaded\",\"code\":502}}\n\n").error);
  EXPECT_TRUE(read("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
                   Protocol::anthropic)
                  .error);
  EXPECT_TRUE(read("id:1\nevent:error\ndata:{\"code\":\"InvalidParameter\"}\n\n", Protocol::dashscope).error);
  EXPECT_FALSE(read(chat_chunk("a") + "data: {\"error\":null}\n\n").error);
}

TEST(Stream, WithUsageInAnEventThatIsNotTheLastIsCounted) {
  const Observation seen = read(chat_chunk("a") + std::string(chat_finish) +
                                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":3}}\n\n"
                                ": done soon\n\ndata: {\"choices\":[]}\n\ndata: [DONE]\n\n");
  EXPECT_EQ(seen.counts, (Counts{.input = 2, .output = 3}));
  EXPECT_TRUE(seen.final);
}

TEST(Stream, MayHaveBlanksBeforeItsLastWord) {
  EXPECT_TRUE(read("data:   [DONE]\n\n").last_event);
  EXPECT_FALSE(read("data:   [DONE]\n\n").broken);
}

TEST(Stream, WithByteOrderMarkCommentsAndDataOverTwoLinesIsCounted) {
  const Observation seen = read(
      "\xEF\xBB\xBF: hello\r\nretry: 10\r\nevent: x\r\ndata: {\"usage\":\r\n: between\r\ndata:  "
      "{\"prompt_tokens\":4,\r\n"
      "data:\"completion_tokens\":6}}\r\n\r\ndata\r\n\r\ndata: [DONE]");
  EXPECT_EQ(seen.counts, (Counts{.input = 4, .output = 6}));
  EXPECT_TRUE(seen.last_event);
  EXPECT_FALSE(seen.broken);
}

// Without being told, a text that is longer than all before it is taken for all of it.
TEST(Stream, OfDashscopeMayBeToldToComeInIncrements) {
  const std::string body =
      "data:{\"output\":{\"text\":\"I\",\"finish_reason\":\"null\"},\"request_id\":\"r\"}\n\n"
      "data:{\"output\":{\"text\":\" am not it\",\"finish_reason\":\"null\"},\"request_id\":\"r\"}\n\n";
  Reader told(Protocol::dashscope, "text/event-stream");
  told.text_comes_once();
  told.read(body);
  EXPECT_EQ(told.observe().text.characters(), 11U);
  EXPECT_EQ(read(body, Protocol::dashscope).text.characters(), 10U);
}

TEST(Frames, OfInvokeModelThatHoldNoBase64AreBroken) {
  for (const std::string_view payload :
       {R"({"bytes":"e30*"})", R"({"bytes":"e3=0"})", R"({"bytes":"e30=")", R"(no json)", R"({"bytes":"e30=e30="})"}) {
    EXPECT_TRUE(read(bedrock_frame("chunk", payload), Protocol::bedrock, "").broken) << payload;
  }
  for (const std::string_view payload : {R"({"bytes":"e30="})", R"({"bytes":"e30"})", R"({"p":"ab","bytes":"e30="})"}) {
    EXPECT_FALSE(read(bedrock_frame("chunk", payload), Protocol::bedrock, "").broken) << payload;
  }
}

TEST(Frames, OfInvokeModelCountNothingOutsideTheirBytes) {
  const Observation seen =
      read(bedrock_frame("chunk", R"({"usage":{"inputTokens":9},"a":{"bytes":"e30*"},"bytes":"e30="})"),
           Protocol::bedrock, "");
  EXPECT_EQ(seen.counts, Counts{});
  EXPECT_FALSE(seen.broken);
}

TEST(Content, ThatLooksLikeUsageIsNeverCounted) {
  const std::string fake = R"({\"usage\":{\"prompt_tokens\":999,\"completion_tokens\":999}} \n\ndata: [DONE])";
  const Observation seen = read(chat_chunk(fake) + chat_chunk(R"(\"},\"usage\":{\"total_tokens\":5},\"x\":\")"));
  EXPECT_EQ(seen.counts, Counts{});
  EXPECT_FALSE(seen.output_known || seen.last_event || seen.broken);
}

TEST(Content, InsideOtherObjectsIsNeverUsage) {
  const Observation seen = read(
      "data: {\"choices\":[{\"delta\":{\"usage\":{\"total_tokens\":9}},\"x\":{\"usage\":{\"prompt_tokens\":9}}}],"
      "\"a\":[{\"usage\":{\"prompt_tokens\":9}}],\"b\":{\"usage\":{\"completion_tokens\":9}}}\n\n");
  EXPECT_EQ(seen.counts, Counts{});
}

TEST(Content, InAnArrayWhereAnObjectBelongsIsNobodys) {
  for (const Protocol protocol : {Protocol::openai, Protocol::automatic, Protocol::gemini, Protocol::cohere}) {
    const Observation seen =
        read(R"({"usage":[45,"x",{"total_tokens":1}],"usageMetadata":[45],"choices":{"text":"y"}})", protocol);
    EXPECT_EQ(seen.counts, Counts{}) << word_of(protocol);
    EXPECT_EQ(seen.text, Text{}) << word_of(protocol);
    EXPECT_FALSE(seen.odd) << word_of(protocol);
  }
}

TEST(Keys, MayBeWrittenWithEscapes) {
  EXPECT_EQ(read("data: {\"\\u0075sage\":{\"prompt\\u005ftokens\":3,\"completion_tokens\":4}}\n\n").counts,
            (Counts{.input = 3, .output = 4}));
}

TEST(Counts, OfZeroClearNothing) {
  const Observation seen = read(chat_chunk("a", R"({"prompt_tokens":5,"completion_tokens":7})") +
                                chat_chunk("", R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})"));
  EXPECT_EQ(seen.counts, (Counts{.input = 5, .output = 7}));
}

TEST(Counts, OfAnAnswerWithoutOutputAreKnownToBeNone) {
  const Observation seen = read(R"({"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":0,"total_tokens":5}})");
  EXPECT_EQ(seen.counts, (Counts{.input = 5}));
  EXPECT_TRUE(seen.output_known && seen.final);
}

TEST(Memory, OfAnOpenStreamIsAtMostTwoKibibytes) { static_assert(sizeof(Reader) <= 2048); }

TEST(Memory, IsNotAllocatedWhateverTheProvider) {
  for (const Transcript& transcript : transcripts()) {
    if (transcript.content_type == "application/vnd.amazon.eventstream") continue;  // keeps a frame's headers
    for (const Protocol protocol : {transcript.protocol, Protocol::automatic}) {
      EXPECT_EQ(allocations_of([&] {
                  Reader reader(protocol, transcript.content_type);
                  for (const char& byte : transcript.body) reader.read({&byte, 1});
                  reader.end();
                  if (!reader.observe().final) std::abort();
                }),
                0U)
          << transcript.name;
    }
  }
}

}  // namespace
}  // namespace weir::usage
