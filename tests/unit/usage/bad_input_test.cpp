// What no provider should send and some do: whatever comes, what was counted stays right or is said not to be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "random/seed.hpp"
#include "transcripts.hpp"
#include "usage/reader.hpp"

namespace weir::usage {
namespace {

struct Read {
  explicit Read(std::string_view body, Protocol protocol = Protocol::openai, std::string_view content_type = "")
      : reader(protocol, content_type) {
    reader.read(body);
    reader.end();
    seen = reader.observe();
  }
  Reader reader;
  Observation seen;
};

std::string usage(std::string_view prompt, std::string_view completion) {
  return R"({"usage":{"prompt_tokens":)" + std::string(prompt) + R"(,"completion_tokens":)" + std::string(completion) +
         "}}";
}

TEST(OddCounts, AreRefusedAndSaidToBe) {
  for (const std::string_view odd : {"-1", "1.5", "1e300", "99999999999999999999999999", "1000000001", "true", "[]",
                                     "{}", "\"\"", "\"many\"", "\"-3\"", "1e-2"}) {
    const Read read(usage("4", odd));
    EXPECT_EQ(read.seen.counts, (Counts{.input = 4})) << odd;
    EXPECT_TRUE(read.seen.odd) << odd;
    EXPECT_FALSE(read.seen.output_known) << odd;
    EXPECT_FALSE(read.seen.final) << odd;
  }
}

TEST(OddCounts, ThatAreNumbersInOtherClothesAreRead) {
  for (const std::string_view written : {"12", "\"12\"", "12.0", "1.2e1", "120E-1", "  12 "}) {
    const Read read(usage("4", written));
    EXPECT_EQ(read.seen.counts, (Counts{.input = 4, .output = 12})) << written;
    EXPECT_FALSE(read.seen.odd) << written;
  }
}

TEST(OddCounts, OfPartsNeverExceedTheWhole) {
  const Read read(R"({"usage":{"prompt_tokens":5,"completion_tokens":6,"prompt_tokens_details":{"cached_tokens":900},)"
                  R"("completion_tokens_details":{"reasoning_tokens":900}}})");
  EXPECT_EQ(read.seen.counts, (Counts{.input = 5, .output = 6, .cached_input = 5, .reasoning = 6}));
}

TEST(LongLine, OfTenMegabytesIsReadInWhatAReaderHolds) {
  const std::string long_text(10'000'000, 'x');
  for (const std::string& body :
       {"data: {\"choices\":[{\"delta\":{\"content\":\"" + long_text +
            "\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n",
        "data: {\"" + long_text + "\":1,\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n",
        ": " + long_text + "\ndata: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n",
        long_text + ": x\ndata: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n",
        "data: {\"a\":" + std::string(10'000'000, '7') +
            ",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\n"}) {
    const Read read(body);
    EXPECT_EQ(read.seen.counts, (Counts{.input = 1, .output = 2})) << body.substr(0, 20);
    EXPECT_FALSE(read.seen.broken) << body.substr(0, 20);
  }
}

TEST(Nesting, OfHundredsIsRead) {
  const std::string deep = std::string(400, '[') + std::string(400, ']');
  const Read read(R"({"a":)" + deep + R"(,"usage":{"prompt_tokens":1,"completion_tokens":2}})");
  EXPECT_EQ(read.seen.counts, (Counts{.input = 1, .output = 2}));
}

TEST(Nesting, OfMillionsIsBrokenAndCostsNothing) {
  for (const std::string& body : {std::string(10'000'000, '['), R"({"a":)" + std::string(10'000'000, '[')}) {
    const Read read(body);
    EXPECT_TRUE(read.seen.broken);
    EXPECT_FALSE(read.seen.final);
  }
}

TEST(Nesting, BeyondItsBoundBreaksOneEventAlone) {
  const Read read("data: " + std::string(100'000, '{') + "\n\ndata: " + usage("1", "2") + "\n\n");
  EXPECT_TRUE(read.seen.broken);
  EXPECT_EQ(read.seen.counts, (Counts{.input = 1, .output = 2}));
}

TEST(Bytes, ThatAreNoUtf8AndZerosPass) {
  const std::string hostile("\xFF\xFE\x00\xC3\x28\x01\xF0", 7);
  const Read read("data: {\"choices\":[{\"delta\":{\"content\":\"" + hostile + "\"}}],\"" + hostile + "\":0," +
                  usage("1", "2").substr(1) + "\n\n");
  EXPECT_EQ(read.seen.counts, (Counts{.input = 1, .output = 2}));
  EXPECT_FALSE(read.seen.broken);
}

TEST(Broken, JsonIsSaidToBe) {
  for (const std::string_view body : {"{\"a\" 1}", "{\"a\":1]", "[1}", "{a:1}", "{\"a\":nul}", "{\"a\":tru,",
                                      "{\"a\":+}", "{,}", "{\"a\":\"\\u00g0\"}", "{\"a\":1 2}", "[1 2]"}) {
    EXPECT_TRUE(Read(body).seen.broken) << body;
    EXPECT_TRUE(Read("data: " + std::string(body) + "\n\n").seen.broken) << body;
  }
}

TEST(Broken, EventHidesNoOther) {
  const Read read("data: {\"a\":\n\ndata: }\n\ndata: [DONE\n\ndata: hello\n\ndata: " + usage("1", "2") +
                  "\n\ndata: [DONE]\n\n");
  EXPECT_TRUE(read.seen.broken);
  EXPECT_EQ(read.seen.counts, (Counts{.input = 1, .output = 2}));
  EXPECT_TRUE(read.seen.last_event);
}

TEST(Broken, LineHidesNoOther) {
  const Read read("{\"model\":\"m\n{]\n\n{\"done\":true,\"prompt_eval_count\":3,\"eval_count\":4}\n", Protocol::ollama,
                  "application/x-ndjson");
  EXPECT_TRUE(read.seen.broken);
  EXPECT_EQ(read.seen.counts, (Counts{.input = 3, .output = 4}));
}

TEST(Broken, FrameIsTakenBack) {
  std::string body = bedrock_frame("contentBlockDelta", R"({"delta":{"text":"Hi"}})") +
                     bedrock_frame("metadata", R"({"usage":{"inputTokens":5,"outputTokens":6,"totalTokens":11}})");
  body[body.size() - 10] ^= 1;  // inside the payload
  const Read read(body, Protocol::bedrock, "application/vnd.amazon.eventstream");
  EXPECT_TRUE(read.seen.broken);
  EXPECT_EQ(read.seen.counts, Counts{});
  EXPECT_FALSE(read.seen.final);
  EXPECT_EQ(read.seen.output_so_far(), 1U);
}

TEST(Truncated, AnswersAreSaidToBe) {
  for (const Transcript& transcript : transcripts()) {
    const Read read(std::string_view(transcript.body).substr(0, transcript.body.size() / 3), transcript.protocol,
                    transcript.content_type);
    EXPECT_FALSE(read.seen.final) << transcript.name;
  }
  EXPECT_TRUE(Read("{\"usage\":{\"prompt_tokens\":1,").seen.truncated);
  EXPECT_TRUE(Read("data: {\"usage\":").seen.truncated);
  EXPECT_TRUE(Read(bedrock_frame("metadata", "{}").substr(0, 40), Protocol::bedrock).seen.truncated);
}

TEST(Nothing, IsSeenInWhatIsNoAnswer) {
  for (const std::string_view body :
       {"", "\n\n\n", "<html>usage 5</html>", "data:", ":", "\xEF\xBB\xBF", "null", "5", "\"usage\""}) {
    const Read read(body);
    EXPECT_EQ(read.seen.counts, Counts{}) << body;
    EXPECT_FALSE(read.seen.output_known || read.seen.final) << body;
  }
  for (const std::string_view body : {"data: 5", "data: 5\n\n", "5"}) EXPECT_FALSE(Read(body).seen.truncated) << body;
  EXPECT_EQ(Read(usage("1", "2"), Protocol::automatic, "audio/mpeg").seen.counts, Counts{});
}

// Bytes of a real answer, some of them changed: it may be broken, but it is the same however it is cut.
TEST(Damaged, AFrameWhosePayloadGoesOnBehindItsEventCountsNothingHoweverItIsCut) {
  const std::string body = bedrock_frame("metadata", R"({"usage":{"inputTokens":5,"outputTokens":6}} and more)");
  for (std::size_t size = 1; size <= body.size(); ++size) {
    Reader reader(Protocol::bedrock, "application/vnd.amazon.eventstream");
    for (std::string_view rest = body; !rest.empty(); rest.remove_prefix(std::min(size, rest.size()))) {
      reader.read(rest.substr(0, size));
    }
    reader.end();
    EXPECT_TRUE(reader.observe().broken) << size;
    EXPECT_EQ(reader.observe().counts, Counts{}) << size;
  }
}

TEST(Damaged, AnswersAreReadTheSameHoweverTheyAreCut) {
  std::mt19937_64 random(seed());
  for (const Transcript& transcript : transcripts()) {
    for (int round = 0; round < 60; ++round) {
      std::string body = transcript.body;
      for (int change = 0; change < 4; ++change)
        body[random() % body.size()] = static_cast<char>("\"\\{}[],:\n\r0u- "[random() % 14]);
      const Read whole(body, transcript.protocol, transcript.content_type);
      Reader cut(transcript.protocol, transcript.content_type);
      for (std::string_view rest = body; !rest.empty();) {
        const std::size_t size = std::min<std::size_t>(1 + random() % 9, rest.size());
        cut.read(rest.substr(0, size));
        rest.remove_prefix(size);
      }
      cut.end();
      const Observation seen = cut.observe();
      ASSERT_EQ(seen.counts, whole.seen.counts) << repeat_with() << "\n" << body;
      ASSERT_EQ(seen.text, whole.seen.text) << repeat_with() << "\n" << body;
      ASSERT_EQ(seen.broken, whole.seen.broken) << repeat_with() << "\n" << body;
      ASSERT_EQ(seen.final, whole.seen.final) << repeat_with() << "\n" << body;
      ASSERT_EQ(seen.model, whole.seen.model) << repeat_with() << "\n" << body;
    }
  }
}

}  // namespace
}  // namespace weir::usage
