// Encoded bodies: read as plain ones are, or said not to be.
#include "usage/body_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "encoders.hpp"
#include "random/seed.hpp"
#include "transcripts.hpp"

namespace weir::usage {
namespace {

struct Encoded {
  std::string how;
  std::string header;
  std::string body;
};

std::vector<Encoded> every_encoding(std::string_view text) {
  const std::string_view first = text.substr(0, text.size() / 2);
  const std::string_view second = text.substr(text.size() / 2);
  return {{"gzip", "gzip", deflated(text, Head::gzip)},
          {"gzip, two members", " GZip ", deflated(first, Head::gzip) + deflated(second, Head::gzip)},
          {"gzip, padded with zeros", "x-gzip", deflated(text, Head::gzip) + std::string(100, '\0')},
          {"deflate", "deflate", deflated(text, Head::zlib)},
          {"deflate, bare", "deflate", deflated(text, Head::none)},
          {"br", "br", brotli(text)},
          {"zstd", "zstd", zstandard(text)},
          {"zstd, two frames", "zstd", zstandard(first) + zstandard(second)},
          {"none", "identity", std::string(text)}};
}

TEST(Encoded, TranscriptsAreCountedHoweverTheyAreCut) {
  std::mt19937_64 random(seed());
  for (const Transcript& transcript : transcripts()) {
    for (const Encoded& encoded : every_encoding(transcript.body)) {
      for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
        BodyReader reader(transcript.protocol, transcript.content_type, encoded.header);
        for (std::string_view rest = encoded.body; !rest.empty();) {
          const std::size_t size = std::min(1 + random() % most, rest.size());
          reader.read(rest.substr(0, size));
          rest.remove_prefix(size);
        }
        reader.end();
        const Observation seen = reader.observe();
        ASSERT_EQ(seen.counts, transcript.counts) << transcript.name << ", " << encoded.how << ", " << repeat_with();
        ASSERT_EQ(seen.text.characters(), transcript.characters) << transcript.name << ", " << encoded.how;
        ASSERT_TRUE(seen.final) << transcript.name << ", " << encoded.how;
        ASSERT_FALSE(seen.broken || seen.truncated) << transcript.name << ", " << encoded.how;
        ASSERT_EQ(reader.unread(), Unread::no);
        ASSERT_EQ(reader.passed(), encoded.body.size());
      }
    }
  }
}

// An answer of that many characters, which does not repeat itself.
std::string long_answer(std::size_t characters = 600'000) {
  std::mt19937 random(1);
  std::string text(characters, ' ');
  for (char& letter : text) letter = "abcdefghijklmnopqrstuvwxyz      "[random() % 32];
  return R"({"choices":[{"message":{"content":")" + text + R"("}}],"usage":{"prompt_tokens":1,"completion_tokens":2}})";
}

const std::vector<Encoded>& long_answers() {
  static const std::vector<Encoded> all = every_encoding(long_answer());
  return all;
}

TEST(Encoded, AnswersLongerThanTheirWindowAreCounted) {
  for (const Encoded& encoded : long_answers()) {
    BodyReader reader(Protocol::openai, "application/json", encoded.header);
    reader.read(encoded.body);
    reader.end();
    EXPECT_EQ(reader.observe().counts, (Counts{.input = 1, .output = 2})) << encoded.how;
    EXPECT_EQ(reader.observe().text.characters(), 600'000U) << encoded.how;
    EXPECT_TRUE(reader.observe().final) << encoded.how;
  }
}

TEST(Encoded, BodiesThatAreCutAreSaidToBe) {
  for (const Encoded& encoded : long_answers()) {
    BodyReader reader(Protocol::openai, "application/json", encoded.header);
    reader.read(std::string_view(encoded.body).substr(0, encoded.body.size() / 3));
    reader.end();
    EXPECT_TRUE(reader.observe().truncated) << encoded.how;
    EXPECT_FALSE(reader.observe().final) << encoded.how;
    EXPECT_GT(reader.observe().output_so_far(), 10'000U) << encoded.how;
  }
}

TEST(Encoded, BodiesThatAreCorruptAreReadAsFarAsTheyGo) {
  std::mt19937_64 random(seed());
  for (Encoded encoded : long_answers()) {
    if (encoded.header == "identity") continue;
    for (std::size_t at = encoded.body.size() / 2; at < encoded.body.size() / 2 + 200; ++at) {
      encoded.body[at] = static_cast<char>(random());
    }
    BodyReader reader(Protocol::openai, "application/json", encoded.header);
    reader.read(encoded.body);
    reader.end();
    const Observation seen = reader.observe();
    const bool has_checksum = encoded.how.starts_with("gzip") || encoded.how == "deflate";
    EXPECT_TRUE(seen.broken || seen.truncated || !has_checksum) << encoded.how << ", " << repeat_with();
    EXPECT_LE(seen.text.characters(), 256 * reader.passed() + (2U << 20)) << encoded.how << ", " << repeat_with();
    EXPECT_EQ(reader.passed(), encoded.body.size());
  }
}

TEST(Encoded, BodiesOfOtherBytesAreCorrupt) {
  for (const std::string_view header : {"gzip", "br", "zstd", "deflate"}) {
    BodyReader reader(Protocol::openai, "application/json", header);
    reader.read(R"({"usage":{"prompt_tokens":1,"completion_tokens":2}} and much more that is no such encoding at all)");
    reader.end();
    EXPECT_TRUE(reader.observe().broken) << header;
    EXPECT_EQ(reader.unread(), Unread::corrupt) << header;
    EXPECT_EQ(reader.observe().counts, Counts{}) << header;
  }
}

TEST(Encoded, BodiesInUnknownWaysPassUnread) {
  for (const std::string_view header : {"gzip, br", "compress", "zstd;q=1"}) {
    BodyReader reader(Protocol::openai, "application/json", header);
    reader.read("0123456789");
    reader.end();
    EXPECT_EQ(reader.unread(), Unread::unknown_encoding) << header;
    EXPECT_EQ(reader.passed(), 10U);
    EXPECT_FALSE(reader.observe().final);
  }
}

TEST(Encoded, BytesThatCouldNotBeReadAreCounted) {
  BodyReader unknown(Protocol::openai, "application/json", "gzip, br");
  unknown.read("0123456789");
  EXPECT_EQ(unknown.passed_unread(), 10U);
  BodyReader corrupt(Protocol::openai, "application/json", "gzip");
  corrupt.read("this is no such encoding");
  corrupt.read("at all");
  EXPECT_EQ(corrupt.passed_unread(), 30U);
  for (const Encoded& encoded : long_answers()) {
    BodyReader whole(Protocol::openai, "application/json", encoded.header);
    whole.read(encoded.body);
    EXPECT_EQ(whole.passed_unread(), 0U) << encoded.how;
  }
}

struct Windowed {
  std::string how;
  std::string body;
  Unread unread;
};

// brotli takes its window as the answer grows, zstd says at its beginning what it will need.
TEST(Encoded, BodiesThatNeedAWindowBeyondTheBoundPassUnread) {
  const std::string small = long_answer();
  const std::string large = long_answer((std::size_t{8} << 20) + 100'000);
  for (const Windowed& each :
       {Windowed{"zstd", zstandard(small, 24), Unread::window_too_large},
        Windowed{"zstd", zstandard(small, 23), Unread::no}, Windowed{"br", brotli(large, 24), Unread::window_too_large},
        Windowed{"br", brotli(large, 23), Unread::no}}) {
    BodyReader reader(Protocol::openai, "application/json", each.how);
    reader.read(each.body);
    reader.end();
    EXPECT_EQ(reader.unread(), each.unread) << each.how;
    EXPECT_EQ(reader.observe().broken, each.unread != Unread::no) << each.how;
    EXPECT_EQ(reader.observe().final, each.unread == Unread::no) << each.how;
  }
}

TEST(Encoded, BombsAreLeftAlone) {
  const std::string zeros(5'000'000, '0');
  for (const Encoded& bomb : {Encoded{"gzip", "gzip", deflated(zeros, Head::gzip)}, Encoded{"br", "br", brotli(zeros)},
                              Encoded{"zstd", "zstd", zstandard(zeros)}}) {
    BodyReader reader(Protocol::openai, "application/json", bomb.header);
    reader.read(bomb.body);
    reader.end();
    EXPECT_EQ(reader.unread(), Unread::too_much) << bomb.how;
    EXPECT_FALSE(describe(reader.unread()).empty());
  }
}

TEST(Encoded, BodyThatIsEmptyIsNothing) {
  for (const std::string_view header : {"gzip", "br", "zstd", "deflate", ""}) {
    BodyReader reader(Protocol::openai, "application/json", header);
    reader.end();
    EXPECT_FALSE(reader.observe().broken || reader.observe().truncated) << header;
  }
}

TEST(Memory, OfAnEncodedStreamIsItsReaderAndADecoder) { static_assert(sizeof(BodyReader) <= 2048); }

}  // namespace
}  // namespace weir::usage
