#include "event_stream/headers.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::event_stream {
namespace {

using ::testing::Optional;

std::string block_of(const Header& header) {
  std::string block;
  EXPECT_TRUE(append_header(block, header));
  return block;
}

TEST(Headers, OfEveryTypeComeBackAsTheyWereWritten) {
  const Header all[] = {{"yes", true},
                        {"no", false},
                        {"int8", std::int8_t{-128}},
                        {"int16", std::int16_t{-32768}},
                        {"int32", std::int32_t{-2147483647}},
                        {"int64", std::int64_t{-9007199254740993}},
                        {"bytes", Bytes{std::string_view("\0\xFF", 2)}},
                        {"text", std::string_view("grün")},
                        {"when", Timestamp{1'700'000'000'123}},
                        {"id", Uuid{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}}};
  std::string block;
  for (const Header& header : all) ASSERT_TRUE(append_header(block, header));
  ASSERT_TRUE(are_headers(block));
  std::string_view rest = block;
  for (const Header& header : all) EXPECT_THAT(take_header(rest), Optional(header));
  EXPECT_TRUE(rest.empty());
}

TEST(Headers, AreFoundByName) {
  const std::string block = block_of({":message-type", std::string_view("event")}) + block_of({"n", std::int8_t{1}});
  EXPECT_THAT(find_text(block, ":message-type"), Optional(std::string_view("event")));
  EXPECT_EQ(find_text(block, ":event-type"), std::nullopt);
}

TEST(Headers, OfAnotherTypeAreNoText) { EXPECT_EQ(find_text(block_of({"n", std::int8_t{1}}), "n"), std::nullopt); }

TEST(Headers, CutAnywhereAreNone) {
  const std::string block =
      block_of({"n", std::int64_t{1}}) + block_of({":event-type", std::string_view("PayloadChunk")});
  const std::size_t first = block_of({"n", std::int64_t{1}}).size();
  for (std::size_t size = 1; size < block.size(); ++size) {
    EXPECT_EQ(are_headers(std::string_view(block).substr(0, size)), size == first) << size;
  }
}

TEST(Headers, WithoutANameAreNone) { EXPECT_FALSE(are_headers(std::string_view("\0\0", 2))); }

TEST(Headers, OfAnUnknownTypeAreNone) {
  for (int type = 10; type < 256; ++type) {
    const std::string block = std::string("\1n") + static_cast<char>(type) + std::string(16, '\0');
    EXPECT_FALSE(are_headers(block)) << type;
  }
}

TEST(Headers, ThatCannotBeWrittenAppendNothing) {
  const std::string long_name(256, 'n');
  const std::string long_text(max_value + 1, 't');
  std::string block = "kept";
  EXPECT_FALSE(append_header(block, {"", true}));
  EXPECT_FALSE(append_header(block, {long_name, true}));
  EXPECT_FALSE(append_header(block, {"text", std::string_view(long_text)}));
  EXPECT_FALSE(append_header(block, {"bytes", Bytes{long_text}}));
  EXPECT_EQ(block, "kept");
}

TEST(Headers, HoldTheLongestNameAndValue) {
  const std::string name(255, 'n');
  const std::string text(max_value, 't');
  EXPECT_THAT(find_text(block_of({name, std::string_view(text)}), name), Optional(std::string_view(text)));
}

}  // namespace
}  // namespace weir::event_stream
