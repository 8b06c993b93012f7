#include "usage/request/body.hpp"

#include <gmock/gmock.h>

#include <string>

namespace weir::usage {
namespace {

using testing::Eq;
using testing::Optional;

std::expected<Body, Unclear> read(std::string_view text) {
  RequestReader reader;
  reader.feed(text);
  return reader.finish();
}

Body body(std::string_view text) {
  const auto found = read(text);
  EXPECT_TRUE(found.has_value()) << text << ": " << found.error().sentence();
  return found.value_or(Body{});
}

std::string sentence(std::string_view text) {
  const auto found = read(text);
  return found ? "fine" : found.error().sentence();
}

TEST(RequestBody, OfOpenAiChat) {
  const Body chat = body(R"({"model":"gpt-4o","messages":[{"role":"user","content":"Say hello"}],"stream":true,
    "stream_options":{"include_usage":true},"max_completion_tokens":50,"n":2,"user":"u-1","temperature":0.2})");
  EXPECT_EQ(chat.model, "gpt-4o");
  EXPECT_EQ(chat.user, "u-1");
  EXPECT_THAT(chat.stream, Optional(true));
  EXPECT_THAT(chat.include_usage, Optional(true));
  EXPECT_THAT(chat.max_output, Optional(50U));
  EXPECT_EQ(chat.answers, 2U);
  EXPECT_EQ(chat.prompt.text, (Text{.ascii = 9, .wide = 0}));
}

TEST(RequestBody, OfOpenAiResponses) {
  const Body response = body(R"({"model":"o3","input":"Say hello","instructions":"Be short","max_output_tokens":64})");
  EXPECT_THAT(response.max_output, Optional(64U));
  EXPECT_EQ(response.prompt.text.ascii, 17U);
  EXPECT_THAT(response.stream, Eq(std::nullopt));
}

TEST(RequestBody, OfAnthropicMessages) {
  const Body message = body(R"({"model":"claude-sonnet-4-5","max_tokens":1024,"system":[{"type":"text","text":"Be kind",
    "cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"Hi"},
    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]}],
    "metadata":{"user_id":"u-2"},"stream":true})");
  EXPECT_EQ(message.user, "u-2");
  EXPECT_THAT(message.max_output, Optional(1024U));
  EXPECT_EQ(message.prompt, (Prompt{.text = {.ascii = 9, .wide = 0}, .media = 1, .tokens = 0}));
}

TEST(RequestBody, OfGemini) {
  const Body gemini = body(R"({"contents":[{"role":"user","parts":[{"text":"Hi"},{"inlineData":{"mimeType":"image/png",
    "data":"AAAA"}},{"fileData":{"mimeType":"video/mp4","fileUri":"gs://b/v.mp4"}}]}],
    "systemInstruction":{"parts":[{"text":"Yes"}]},"generationConfig":{"stopSequences":["x"],"maxOutputTokens":99,"candidateCount":3}})");
  EXPECT_THAT(gemini.max_output, Optional(99U));
  EXPECT_EQ(gemini.answers, 3U);
  EXPECT_EQ(gemini.prompt, (Prompt{.text = {.ascii = 5, .wide = 0}, .media = 2, .tokens = 0}));
}

TEST(RequestBody, OfBedrockConverse) {
  const Body converse = body(R"({"messages":[{"role":"user","content":[{"text":"Hello"},{"image":{"format":"png",
    "source":{"bytes":"iVBORw0KGgo="}}}]}],"inferenceConfig":{"maxTokens":512,"temperature":0.5}})");
  EXPECT_THAT(converse.max_output, Optional(512U));
  EXPECT_EQ(converse.prompt.media, 1U);
}

TEST(RequestBody, OfOllama) {
  const Body chat =
      body(R"({"model":"llama3.2","messages":[{"role":"user","content":"Hello","images":["iVBORw0KGgo="]}],
    "options":{"stop":["\n"],"num_predict":42},"stream":false})");
  EXPECT_THAT(chat.max_output, Optional(42U));
  EXPECT_EQ(chat.prompt, (Prompt{.text = {.ascii = 5, .wide = 0}, .media = 1, .tokens = 0}));
  EXPECT_THAT(body(R"({"options":{"num_predict":-1}})").max_output, Eq(std::nullopt));
}

TEST(RequestBody, OfDashScope) {
  const Body call = body(R"({"model":"qwen-max","input":{"messages":[{"role":"user","content":"你好"}]},
    "parameters":{"result_format":"message","max_tokens":7,"n":2}})");
  EXPECT_THAT(call.max_output, Optional(7U));
  EXPECT_EQ(call.answers, 2U);
  EXPECT_EQ(call.prompt.text, (Text{.ascii = 0, .wide = 2}));
}

TEST(RequestBody, OfCohere) {
  EXPECT_THAT(body(R"({"model":"command-r","messages":[],"max_tokens":5,"stream":true})").max_output, Optional(5U));
}

TEST(RequestBody, TheLargestMaximumCounts) {
  EXPECT_THAT(body(R"({"max_tokens":10,"max_completion_tokens":500,"max_output_tokens":20})").max_output,
              Optional(500U));
}

TEST(RequestBody, AMaximumElsewhereIsNone) {
  EXPECT_THAT(body(R"({"metadata":{"max_tokens":9},"options":{"x":{"num_predict":9}},"tools":[{"max_tokens":9}],
    "generationConfig":[{"maxOutputTokens":9}]})")
                  .max_output,
              Eq(std::nullopt));
}

TEST(RequestBody, NullIsNotSaid) {
  const Body none =
      body(R"({"model":null,"max_tokens":null,"n":null,"stream":null,"stream_options":null,"user":null})");
  EXPECT_EQ(none.model, "");
  EXPECT_THAT(none.max_output, Eq(std::nullopt));
  EXPECT_THAT(none.stream, Eq(std::nullopt));
  EXPECT_EQ(none.answers, 1U);
}

TEST(RequestBody, WholeNumbersMayBeWrittenInAnyWay) {
  EXPECT_THAT(body(R"({"max_tokens":1.2e2})").max_output, Optional(120U));
  EXPECT_THAT(body(R"({"max_tokens":120.0})").max_output, Optional(120U));
  EXPECT_THAT(body(R"({"max_tokens":99999999999999999999999})").max_output, Optional(~std::uint64_t{0}));
}

TEST(RequestBody, EscapedNamesAreTheSameNames) { EXPECT_EQ(body(R"({"\u006dodel":"gpt\u002d4o"})").model, "gpt-4o"); }

TEST(RequestBody, APromptThatIsAListIsAnsweredOnceEach) {
  EXPECT_EQ(body(R"({"prompt":["a","b","c"],"n":2,"max_tokens":5})").answers, 6U);
  EXPECT_EQ(body(R"({"prompt":[[1,2],[3]],"best_of":4})").answers, 8U);
  const Body tokens = body(R"({"prompt":[11,22,33]})");
  EXPECT_EQ(tokens.answers, 1U);
  EXPECT_EQ(tokens.prompt.estimate(), 3U);
}

TEST(RequestBody, EstimatesFourAsciiCharactersAToken) {
  const std::string english(4000, 'a');
  EXPECT_EQ(body(R"({"messages":[{"role":"user","content":")" + english + "\"}]}").prompt.estimate(), 1000U);
}

TEST(RequestBody, CountsWhatToolsAreCalled) {
  EXPECT_EQ(body(R"({"tools":[{"type":"function","function":{"name":"f","description":"gets"}}]})").prompt.text.ascii,
            std::string("typefunctionnamefdescriptiongets").size());
}

TEST(RequestBody, MediaCostAFlatNumber) {
  const std::string image(100'000, 'A');
  const Body as_data =
      body(R"({"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,)" + image +
           R"("}}]}]})");
  EXPECT_EQ(as_data.prompt.estimate(), tokens_of_medium);
  EXPECT_EQ(body(R"({"input":[{"content":[{"type":"input_image","image_url":"https://x/y.png"}]}]})").prompt.estimate(),
            tokens_of_medium);
}

TEST(RequestBody, ATextInAMediumsPlaceIsText) {
  EXPECT_EQ(body(R"({"messages":[{"content":[{"source":{"type":"text","data":"Two words"}}]}]})").prompt,
            (Prompt{.text = {.ascii = 9, .wide = 0}, .media = 0, .tokens = 0}));
}

TEST(RequestBody, UsageLookingTextInsideAStringIsText) {
  EXPECT_THAT(body(R"({"messages":[{"content":"\"max_tokens\":9,\"stream\":true"}]})").stream, Eq(std::nullopt));
}

TEST(RequestBody, SaysWhatIsNoJson) {
  EXPECT_EQ(sentence(R"({"model":"a",})"), "The body is no valid JSON (byte 13 of the body).");
  EXPECT_EQ(sentence(""), "The body is no valid JSON (byte 0 of the body).");
  EXPECT_EQ(sentence(R"({"model":"a")"), "The body is no valid JSON (byte 12 of the body).");
  EXPECT_EQ(sentence("[1]"), "The body is no JSON object.");
  EXPECT_EQ(sentence("7"), "The body is no JSON object.");
  EXPECT_EQ(sentence("{\"a\":" + std::string(300, '[')), "The body's JSON is nested too deep (byte 260 of the body).");
}

TEST(RequestBody, NeverGuessesWhichOfTwoCounts) {
  EXPECT_EQ(sentence(R"({"model":"cheap","model":"dear"})"), "The body has `model` twice (byte 25 of the body).");
  EXPECT_THAT(sentence(R"({"stream":true,"stream":false})"), testing::StartsWith("The body has `stream` twice"));
  EXPECT_THAT(sentence(R"({"stream_options":{},"stream_options":{}})"),
              testing::StartsWith("The body has `stream_options` twice"));
}

TEST(RequestBody, NeverGuessesWhatAnotherTypeMeans) {
  for (const char* text :
       {R"({"model":7})", R"({"model":{"a":1}})", R"({"stream":"true"})", R"({"stream":1})", R"({"max_tokens":"9"})",
        R"({"max_tokens":-1})", R"({"max_tokens":1.5})", R"({"max_tokens":1e-5540})", R"({"max_tokens":true})",
        R"({"n":[2]})", R"({"n":-2})", R"({"n":-555555455555555445544})"}) {
    EXPECT_THAT(sentence(text), testing::HasSubstr("is not of its type")) << text;
  }
}

TEST(RequestBody, AModelsNameIsBounded) {
  EXPECT_EQ(body(R"({"model":")" + std::string(256, 'm') + "\"}").model.size(), 256U);
  EXPECT_EQ(sentence(R"({"model":")" + std::string(257, 'm') + "\"}"),
            "The value of `model` is too long (byte 268 of the body).");
}

TEST(RequestBody, AUserThatIsTooLongIsNone) {
  EXPECT_EQ(body(R"({"user":")" + std::string(256, 'u') + "\"}").user.size(), 256U);
  EXPECT_EQ(body(R"({"user":")" + std::string(257, 'u') + "\"}").user, "");
}

TEST(RequestBody, KeepsNothingOfALargeOne) {
  RequestReader reader;
  reader.feed(R"({"model":"m","messages":[{"content":")");
  const std::string megabyte(1 << 20, 'x');
  for (int count = 0; count < 10; ++count) ASSERT_TRUE(reader.feed(megabyte));
  reader.feed(R"("}]})");
  const auto found = reader.finish();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->prompt.estimate(), 10U << 18);
  EXPECT_LT(sizeof(RequestReader), 1024U);
}

}  // namespace
}  // namespace weir::usage
