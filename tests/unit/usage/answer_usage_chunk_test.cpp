#include "usage/answer/usage_chunk.hpp"

#include "random/seed.hpp"
#include "usage/json_random.hpp"
#include "usage/usage_chunk_model.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

namespace weir::usage {
namespace {

using namespace std::string_view_literals;

const std::string first =
    R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}],"usage":null})"
    "\n\n";
const std::string last =
    R"(data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null})"
    "\n\n";
const std::string usage =
    R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":0}}})"
    "\n\n";
const std::string done = "data: [DONE]\n\n";

std::string passed(const std::vector<std::string>& pieces) {
  UsageChunkRemover remover;
  std::string all;
  for (const std::string& piece : pieces) {
    std::string instead;
    if (remover.feed(piece, instead)) {
      EXPECT_EQ(instead, "");
      all += piece;
    } else {
      all += instead;
    }
    EXPECT_LE(remover.held(), UsageChunkRemover::max_event);
  }
  remover.finish(all);
  return all;
}

TEST(UsageChunk, IsTakenOutOfTheStreamAtEverySplit) {
  const std::string stream = first + last + usage + done;
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    ASSERT_EQ(passed({stream.substr(0, at), stream.substr(at)}), first + last + done) << at;
  }
  std::vector<std::string> bytes;
  for (const char byte : stream) bytes.emplace_back(1, byte);
  EXPECT_EQ(passed(bytes), first + last + done);
}

// What has begun like a chunk with a choice is one; the one that is taken out differs before that.
TEST(UsageChunk, IsToldFromThoseThatBeginLikeIt) {
  const std::string head = R"(data: {"id":"c","object":"chat.completion.chunk","choices":[)";
  const std::string choice = head + R"({"index":0,"delta":{"content":"\"choices\":[],"}}],"usage":null})" + "\n\n";
  const std::string empty = head + R"(],"usage":null})" + "\n\n";
  const std::string told = head + R"(],"usage":{"total_tokens":1}})" + "\n\n";
  const std::string stream = choice + choice + empty + choice + told + choice;
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    ASSERT_EQ(passed({stream.substr(0, at), stream.substr(at)}), choice + choice + empty + choice + choice) << at;
  }
}

TEST(UsageChunk, GoesWithEveryLineEnd) {
  for (const std::string end : {"\n", "\r", "\r\n"}) {
    const std::string wanted = "data: {\"choices\":[1]}" + end + end;
    const std::string extra =
        "event: x" + end + "data: {\"choices\":[]," + end + ": comment" + end + "data:\"usage\":{}}" + end + end;
    const std::string stream = wanted + extra + wanted;
    for (std::size_t at = 0; at <= stream.size(); ++at) {
      ASSERT_EQ(passed({stream.substr(0, at), stream.substr(at)}), wanted + wanted) << at;
    }
  }
}

TEST(UsageChunk, IsNothingElse) {
  for (const std::string data :
       {R"({"choices":[],"usage":null})", R"({"choices":[],"prompt_filter_results":[]})", R"({"usage":{}})",
        R"({"choices":[{}],"usage":{}})", R"({"choices":null,"usage":{}})",
        R"({"choices":[],"usage":{},"error":{"message":"x"}})", R"([{"choices":[],"usage":{}}])",
        R"({"x":{"choices":[],"usage":{}}})", R"({"choices":[],"usage":{}} x)", R"({"choices":[],"usage":{})", "[DONE]",
        "", R"("{\"choices\":[],\"usage\":{}}")"}) {
    const std::string stream = "data: " + data + "\n\n" + done;
    EXPECT_EQ(passed({stream}), stream);
  }
}

TEST(UsageChunk, MayCarryOtherMembers) {
  EXPECT_EQ(passed({R"(data: {"usage":{"a":{"b":[1]}},"error":null,"x":[{}],"choices":[ ],"obfuscation":"z"})"
                    "\n\n" +
                    done}),
            done);
}

TEST(UsageChunk, NothingElseIsHeldOnceItShowsAChoice) {
  UsageChunkRemover remover;
  std::string out;
  EXPECT_TRUE(remover.feed(first, out));
  EXPECT_TRUE(remover.feed(": keep-alive\n\n", out));
  EXPECT_TRUE(remover.feed(first.substr(0, first.find("\"delta\"")), out));
  EXPECT_TRUE(remover.feed(first.substr(first.find("\"delta\"")), out));
  EXPECT_EQ(out, "");
  EXPECT_FALSE(remover.feed("data: {\"choi", out));
  EXPECT_EQ(out, "");
  EXPECT_FALSE(remover.feed("ces\":[{", out));
  EXPECT_EQ(out, "data: {\"choices\":[{");
  EXPECT_EQ(remover.held(), 0U);
}

TEST(UsageChunk, AnEventThatIsTooLongGoesOn) {
  const std::string open = R"(data: {"choices":[],"usage":{},"x":")";
  const std::string close = "\"}\n\n";
  const auto event = [&](std::size_t size) {
    return open + std::string(size - open.size() - close.size(), 'x') + close;
  };
  EXPECT_EQ(passed({event(2048)}), "");
  EXPECT_EQ(passed({event(2049)}), event(2049));
  std::vector<std::string> bytes;
  for (const char byte : event(10'000)) bytes.emplace_back(1, byte);
  EXPECT_EQ(passed(bytes), event(10'000));
}

TEST(UsageChunk, IsTakenOutAtTheEndWithoutAnEmptyLine) {
  EXPECT_EQ(passed({first + usage.substr(0, usage.size() - 2)}), first);
  EXPECT_EQ(passed({first + usage.substr(0, usage.size() - 3)}), first + usage.substr(0, usage.size() - 3));
}

TEST(UsageChunk, AByteOrderMarkGoesOn) {
  EXPECT_EQ(passed({"\xEF\xBB\xBF" + first + usage + done}), "\xEF\xBB\xBF" + first + done);
}

std::string random_stream(RandomJson& random) {
  constexpr std::array ends{"\n"sv, "\r"sv, "\r\n"sv};
  constexpr std::array other{": comment"sv, "event: x"sv, "data"sv, "dat: 1"sv,
                             "datax: {}"sv, ""sv,         "id:7"sv, " data: {}"sv};
  std::string stream;
  for (std::size_t left = random.below(12); left > 0; --left) {
    const std::string_view end = random.one_of(ends);
    if (random.one_in(3)) {
      stream.append(random.one_of(other)).append(end);
      continue;
    }
    std::string data = random.one_in(3)
                           ? random.object(3, [&] { return random.key() + ":" + random.value(2); })
                           : random.object(2, [&, first = true]() mutable {
                               const bool choices = std::exchange(first, false);
                               return choices ? "\"choices\":" + (random.one_in(3) ? random.value(1) : "[]")
                                              : "\"usage\":" + (random.one_in(3) ? "null" : random.object(1, [&] {
                                                  return random.key() + ":1";
                                                }));
                             });
    if (random.one_in(5)) data = random.damaged(data);
    if (random.one_in(30)) data.insert(data.size() / 2, 2100, ' ');
    stream += random.one_in(4) ? "data:" : "data: ";
    for (const char byte : data) {
      if (byte == '\n' || byte == '\r') {
        stream.append(end).append("data:");
      } else {
        stream += byte;
      }
    }
    stream.append(end).append(random.one_in(10) ? "" : end);
  }
  return stream;
}

TEST(UsageChunk, IsFoundAsInTheWholeStreamWhateverTheSplit) {
  SCOPED_TRACE(repeat_with());
  RandomJson random(seed());
  int shorter = 0;
  for (int round = 0; round < 5'000; ++round) {
    const std::string stream = random_stream(random);
    const std::optional<std::string> expected = model::without_usage_chunks(stream);
    if (!expected) continue;
    ASSERT_EQ(passed({stream}), *expected) << stream;
    ASSERT_EQ(passed(random.pieces(stream)), *expected) << stream;
    shorter += expected->size() < stream.size() ? 1 : 0;
  }
  EXPECT_GT(shorter, 500);
}

}  // namespace
}  // namespace weir::usage
