#include "event_stream/frames.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

#include "collected.hpp"
#include "event_stream/big_endian.hpp"
#include "event_stream/crc32.hpp"
#include "random/seed.hpp"
#include "recorded_frames.hpp"

namespace weir::event_stream {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  }
  return bytes;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto number = static_cast<unsigned char>(byte);
    text += digits[number >> 4U];
    text += digits[number & 15U];
  }
  return text;
}

struct Shown {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int8_t value) const { return std::to_string(value); }
  std::string operator()(std::int16_t value) const { return std::to_string(value); }
  std::string operator()(std::int32_t value) const { return std::to_string(value); }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(Bytes value) const { return hex(value.value); }
  std::string operator()(std::string_view value) const { return hex(value); }
  std::string operator()(Timestamp value) const { return std::to_string(value.unix_ms); }
  std::string operator()(const Uuid& value) const { return hex(std::string(value.begin(), value.end())); }
};

std::string shown(const CollectedFrame& frame) {
  std::string text;
  std::string_view block = frame.headers;
  while (const auto header = take_header(block)) {
    text += std::string(header->name) + '=' + std::visit(Shown{}, header->value) + ';';
  }
  return text + '|' + hex(frame.payload);
}

std::string frame_of(std::string_view payload, std::vector<Header> headers = {}) {
  std::string frame;
  EXPECT_TRUE(append_frame(frame, headers, payload));
  return frame;
}

// A frame with these lengths, whatever it holds, and right checksums.
std::string frame_that_claims(std::uint32_t total, std::uint32_t headers, std::string_view rest) {
  std::string frame;
  append_big_endian(frame, total);
  append_big_endian(frame, headers);
  append_big_endian(frame, crc32(frame));
  frame += rest;
  append_big_endian(frame, crc32(frame));
  return frame;
}

TEST(Frames, AreReadAsBotocoreReadsThem) {
  for (const RecordedFrame& recorded : recorded_frames) {
    SCOPED_TRACE(recorded.name);
    const Collected read = collect(unhex(recorded.hex));
    ASSERT_EQ(read.frames.size(), 1U);
    EXPECT_EQ(shown(read.frames[0]), recorded.read);
    EXPECT_TRUE(read.frames[0].ended && read.clean);
  }
}

TEST(Frames, AreWrittenAsBotocoreReadsThem) {
  for (const RecordedFrame& recorded : recorded_frames) {
    SCOPED_TRACE(recorded.name);
    const Collected read = collect(unhex(recorded.hex));
    std::vector<Header> headers;
    std::string_view block = read.frames.at(0).headers;
    while (const auto header = take_header(block)) headers.push_back(*header);
    EXPECT_EQ(hex(frame_of(read.frames[0].payload, headers)), recorded.hex);
  }
}

TEST(Frames, CutAtEveryByteSayTheSame) {
  std::string stream;
  for (const RecordedFrame& recorded : recorded_frames) stream += unhex(recorded.hex);
  const Collected whole = collect(stream);
  ASSERT_EQ(whole.frames.size(), std::size(recorded_frames));
  for (std::size_t piece = 1; piece < 40; ++piece) EXPECT_EQ(collect(stream, piece), whole) << piece;
}

TEST(Frames, TruncatedAnywhereDoNotEndCleanly) {
  const std::string first = frame_of("payload", {{"a", std::string_view("b")}});
  const std::string both = first + frame_of("");
  for (std::size_t size = 1; size < both.size(); ++size) {
    const Collected read = collect(std::string_view(both).substr(0, size));
    EXPECT_EQ(read.fault, Fault::none) << size;
    EXPECT_EQ(read.clean, size == first.size()) << size;
  }
}

TEST(Frames, WithAnyBitFlippedAreBroken) {
  const std::string good = frame_of("payload", {{":event-type", std::string_view("PayloadChunk")}});
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string frame = good;
    frame[bit / 8] = static_cast<char>(frame[bit / 8] ^ (1 << (bit % 8)));
    const Collected read = collect(frame);
    EXPECT_NE(read.fault, Fault::none) << bit;
    for (const CollectedFrame& each : read.frames) EXPECT_FALSE(each.ended) << bit;
  }
}

TEST(Frames, PassTheirPayloadOnBeforeTheirEndIsHere) {
  const std::string frame = frame_of("first second");
  std::string_view bytes = std::string_view(frame).substr(0, prelude_size + 5);
  Reader reader;
  EXPECT_EQ(reader.next(bytes), Reader::Next::head);
  EXPECT_EQ(reader.payload_size(), 12U);
  EXPECT_EQ(reader.next(bytes), Reader::Next::payload);
  EXPECT_EQ(reader.payload(), "first");
  EXPECT_EQ(reader.payload().data(), frame.data() + prelude_size) << "a view, not a copy";
  EXPECT_EQ(reader.next(bytes), Reader::Next::starved);
}

TEST(Frames, WithAWrongChecksumSaySoAfterTheirPayload) {
  std::string frame = frame_of("payload");
  frame.back() = static_cast<char>(~frame.back());
  const Collected read = collect(frame);
  EXPECT_EQ(read.fault, Fault::message_checksum);
  EXPECT_THAT(read.frames, ElementsAre(Field(&CollectedFrame::payload, "payload")));
}

TEST(Frames, StayBroken) {
  std::string frame = frame_of("payload");
  frame[9] = static_cast<char>(~frame[9]);
  std::string_view bytes = frame;
  Reader reader;
  ASSERT_EQ(reader.next(bytes), Reader::Next::broken);
  const std::string good = frame_of("");
  std::string_view more = good;
  EXPECT_EQ(reader.next(more), Reader::Next::broken);
  EXPECT_EQ(describe(reader.fault()), "a frame's prelude has a wrong checksum");
}

struct Lie {
  std::uint32_t total;
  std::uint32_t headers;
  Fault fault;
};

TEST(Frames, WhoseLengthsLieAreBroken) {
  const Lie lies[] = {{0, 0, Fault::lengths},
                      {15, 0, Fault::lengths},
                      {16, 1, Fault::lengths},
                      {20, 5, Fault::lengths},
                      {0xFFFFFFFF, 0xFFFFFFFF, Fault::lengths},
                      {0xFFFFFFFF, 0xFFFFFFF0, Fault::lengths},
                      {0xFFFFFFFF, 0xFFFFFFEF, Fault::headers_too_long},
                      {0xFFFFFFFF, 0, Fault::payload_too_long},
                      {24, 4, Fault::headers},
                      {24, 8, Fault::headers}};
  for (const Lie& lie : lies) {
    const Collected read = collect(frame_that_claims(lie.total, lie.headers, std::string_view("\1a\7\0\1xyz", 8)));
    EXPECT_EQ(describe(read.fault), describe(lie.fault)) << lie.total << ' ' << lie.headers;
    EXPECT_THAT(read.frames, IsEmpty());
  }
}

TEST(Frames, AreBounded) {
  const Bounds bounds{.headers = 6, .payload = 3};
  const std::string fits = frame_of("abc", {{"n", std::string_view("v")}});
  EXPECT_TRUE(collect(fits, fits.size(), bounds).clean);
  const std::string long_payload = frame_of("abcd");
  EXPECT_EQ(collect(long_payload, 100, bounds).fault, Fault::payload_too_long);
  const std::string long_headers = frame_of("", {{"n", std::string_view("vv")}});
  EXPECT_EQ(collect(long_headers, 100, bounds).fault, Fault::headers_too_long);
}

TEST(Frames, OfAnyContentComeBackHoweverTheyAreCut) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  const auto random_bytes = [&](std::size_t most) {
    std::string bytes(chance() % (most + 1), '\0');
    for (char& byte : bytes) byte = static_cast<char>(chance());
    return bytes;
  };
  for (int round = 0; round < 50; ++round) {
    std::string stream;
    std::vector<CollectedFrame> expected;
    for (std::size_t left = chance() % 6; left > 0; --left) {
      const std::string value = random_bytes(300);
      const Header header{"value", Bytes{value}};
      const std::string payload = random_bytes(2000);
      ASSERT_TRUE(append_frame(stream, {&header, 1}, payload));
      std::string block;
      ASSERT_TRUE(append_header(block, header));
      expected.push_back({block, payload, true});
    }
    const Collected read = collect(stream, 1 + chance() % 700);
    EXPECT_EQ(read.frames, expected);
    EXPECT_EQ(read.clean, true);
  }
}

TEST(Frames, ThatCannotBeWrittenAppendNothing) {
  const std::vector<Header> headers = {{"good", true}, {"", true}};
  std::string out = "kept";
  EXPECT_FALSE(append_frame(out, headers, "payload"));
  EXPECT_EQ(out, "kept");
}

}  // namespace
}  // namespace weir::event_stream
