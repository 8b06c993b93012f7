#include "gateway/body_chunks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir::gateway {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";

// Pieces of one letter each.
std::string text_of(std::size_t count) {
  const BodyChunks chunks(count, [&](abi::Buffer* place) {
    for (std::size_t i = 0; i < count; ++i) place[i] = {letters.data() + i, 1};
    return true;
  });
  std::string text;
  for (const abi::Buffer& chunk : chunks.all()) text.append(chunk.data, chunk.size);
  return text;
}

TEST(BodyChunks, AreAllThatCameWhetherFewOrMany) {
  for (std::size_t count = 0; count <= letters.size(); ++count) EXPECT_EQ(text_of(count), letters.substr(0, count));
}

TEST(BodyChunks, AreNoneWhenThereIsNoBody) {
  for (const std::size_t count : {std::size_t{3}, BodyChunks::few + 1}) {
    EXPECT_TRUE(BodyChunks(count, [](abi::Buffer*) { return false; }).all().empty());
  }
}

}  // namespace
}  // namespace weir::gateway
