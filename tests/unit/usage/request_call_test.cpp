#include "usage/request/call.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace weir::usage {
namespace {

constexpr std::optional<bool> unsaid;

TEST(Call, OfOpenAiSaysNothingButWhatItIs) {
  const Call chat = call_of("/v1/chat/completions");
  EXPECT_EQ(chat.operation, Operation::chat_completions);
  EXPECT_EQ(chat.model, "");
  EXPECT_FALSE(chat.streams(unsaid));
  EXPECT_TRUE(chat.streams(std::optional(true)));
  EXPECT_EQ(call_of("/v1/completions").operation, Operation::completions);
  EXPECT_EQ(call_of("/v1/responses").operation, Operation::responses);
  EXPECT_EQ(call_of("/v1/embeddings").operation, Operation::embeddings);
}

TEST(Call, APrefixAQueryAndASlashAtTheEndDoNotMatter) {
  EXPECT_EQ(call_of("/openai/v1/chat/completions/?x=/embeddings").operation, Operation::chat_completions);
  EXPECT_EQ(call_of("/compatible-mode/v1/chat/completions").operation, Operation::chat_completions);
}

TEST(Call, OfAzureNamesItsModelInThePath) {
  const Call call = call_of("/openai/deployments/my-gpt%204/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(call.operation, Operation::chat_completions);
  EXPECT_EQ(call.model, "my-gpt 4");
}

TEST(Call, OfAnthropic) { EXPECT_EQ(call_of("/v1/messages").operation, Operation::messages); }

TEST(Call, OfGeminiStreamsByItsPath) {
  const Call one = call_of("/v1beta/models/gemini-2.0-flash:generateContent?key=x");
  EXPECT_EQ(one.operation, Operation::generate_content);
  EXPECT_EQ(one.model, "gemini-2.0-flash");
  EXPECT_FALSE(one.streams(std::optional(true)));
  const Call stream = call_of("/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse");
  EXPECT_EQ(stream.model, "gemini-2.0-flash");
  EXPECT_TRUE(stream.streams(unsaid));
  EXPECT_EQ(call_of("/v1beta/tunedModels/mine-7:generateContent").model, "mine-7");
}

TEST(Call, OfVertexNamesThePublishersModel) {
  const std::string at = "/v1/projects/p/locations/us-east5/publishers/";
  EXPECT_EQ(call_of(at + "google/models/gemini-pro:generateContent").model, "gemini-pro");
  const Call claude = call_of(at + "anthropic/models/claude-3-5-sonnet@20240620:streamRawPredict");
  EXPECT_EQ(claude.operation, Operation::messages);
  EXPECT_EQ(claude.model, "claude-3-5-sonnet@20240620");
  EXPECT_TRUE(claude.streams(unsaid));
}

TEST(Call, OfBedrockDecodesItsModel) {
  const Call call = call_of("/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse-stream");
  EXPECT_EQ(call.operation, Operation::converse);
  EXPECT_EQ(call.model, "anthropic.claude-3-haiku-20240307-v1:0");
  EXPECT_TRUE(call.streams(unsaid));
  EXPECT_FALSE(call_of("/model/m/converse").streams(unsaid));
  EXPECT_EQ(call_of("/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fx/invoke").model,
            "arn:aws:bedrock:us-east-1:1:inference-profile/x");
  EXPECT_EQ(call_of("/model/m/invoke-with-response-stream").operation, Operation::invoke_model);
}

TEST(Call, OfOllamaStreamsUnlessToldNotTo) {
  EXPECT_TRUE(call_of("/api/chat").streams(unsaid));
  EXPECT_FALSE(call_of("/api/generate").streams(std::optional(false)));
}

TEST(Call, OfDifyIsReadByItsPath) {
  EXPECT_EQ(call_of("/v1/chat-messages").operation, Operation::dify);
  EXPECT_EQ(call_of("/v1/completion-messages").streaming, Streaming::mode);
}

TEST(Call, OfTheOthers) {
  EXPECT_EQ(call_of("/v2/chat").operation, Operation::cohere_chat);
  EXPECT_EQ(call_of("/api/v1/services/aigc/text-generation/generation").operation, Operation::dashscope);
  EXPECT_EQ(call_of("/api/v1/services/aigc/multimodal-generation/generation").operation, Operation::dashscope);
}

TEST(Call, KnowsNothingOfOtherPaths) {
  for (const char* path : {"/", "", "/v1/models", "/v1/chat/completions/x", "?/v1/messages", "/v1/files"}) {
    EXPECT_EQ(call_of(path).operation, Operation::other) << path;
  }
}

TEST(Call, ABrokenEscapeStaysAsItIs) {
  EXPECT_EQ(call_of("/model/a%2/converse").model, "a%2");
  EXPECT_EQ(call_of("/model/a%zz%/converse").model, "a%zz%");
}

}  // namespace
}  // namespace weir::usage
