#include "usage/protocol.hpp"

#include "usage/text.hpp"

#include <gtest/gtest.h>

namespace weir::usage {
namespace {

TEST(Protocol, HasTheWordsOfTheConfiguration) {
  for (const char* word : {"auto", "openai", "anthropic", "gemini", "bedrock", "dashscope", "ollama", "cohere"}) {
    const auto protocol = protocol_of(word);
    ASSERT_TRUE(protocol) << word;
    EXPECT_EQ(word_of(*protocol), word);
  }
}

TEST(Protocol, KnowsNoOtherWord) {
  EXPECT_FALSE(protocol_of("OpenAI"));
  EXPECT_FALSE(protocol_of(""));
}

TEST(Text, IsNeverEstimatedAsFree) {
  EXPECT_EQ(estimated_tokens({}), 0U);
  EXPECT_EQ(estimated_tokens({.ascii = 1}), 1U);
  EXPECT_EQ(estimated_tokens({.ascii = 8, .wide = 3}), 5U);
}

}  // namespace
}  // namespace weir::usage
