#include "gateway/model/model_call.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using config::Model;
constexpr std::string_view chat = "/v1/chat/completions";
constexpr std::string_view json = "application/json";
constexpr std::string_view streamed = R"({"model":"gpt-4o","stream":true,"max_tokens":30,"n":2,"messages":[]})";

ModelRoute openai() { return {.model = {.protocol = usage::Protocol::openai}, .host = "api.openai.com"}; }

// A call whose request was this.
void ask(ModelCall& call, std::string_view body) {
  call.read_request(body.substr(0, body.size() / 2));
  call.read_request(body.substr(body.size() / 2));
  EXPECT_EQ(call.end_request(), std::nullopt);
}

std::string passed(ModelCall& call, std::string_view bytes) {
  std::string out;
  if (call.edit_answer(bytes, out)) out.append(bytes);
  call.end_answer(out);
  return out;
}

TEST(ModelCall, TheRequestSaysWhatIsAskedFor) {
  ModelCall call(openai(), chat, json);
  ASSERT_TRUE(call.reads_request());
  ask(call, streamed);
  EXPECT_FALSE(call.reads_request());
  EXPECT_EQ(call.facts().model, "gpt-4o");
  EXPECT_EQ(call.facts().asked.max_output, 30U);
  EXPECT_EQ(call.facts().asked.answers, 2U);
  EXPECT_EQ(call.facts().protocol, usage::Protocol::openai);
}

TEST(ModelCall, WhatWritesNoTextHoldsNoOutput) {
  ModelCall call(openai(), "/v1/embeddings", json);
  ask(call, R"({"model":"e","input":"some text"})");
  EXPECT_EQ(call.facts().asked.max_output, 0U);
  EXPECT_GT(call.facts().asked.input, 0U);
}

TEST(ModelCall, ABodyOfAnotherKindIsNotRead) {
  const ModelCall call(openai(), "/v1/audio/transcriptions", "multipart/form-data; boundary=x");
  EXPECT_FALSE(call.reads_request());
  EXPECT_EQ(call.facts().asked.max_output, 0U);
}

TEST(ModelCall, AnUnclearBodyIsSaidToBe) {
  ModelCall call(openai(), chat, json);
  call.read_request(R"({"model":"a","model":"b"})");
  const auto sentence = call.end_request();
  ASSERT_TRUE(sentence);
  EXPECT_NE(sentence->find("model"), std::string::npos);
}

TEST(ModelCall, UsageIsAskedForWhereTheStreamWouldNotTellIt) {
  ModelCall call(openai(), chat, json);
  ask(call, streamed);
  EXPECT_TRUE(call.edit());
  ModelRoute never = openai();
  never.model.ask_usage = Model::AskUsage::never;
  ModelCall silent(never, chat, json);
  ask(silent, streamed);
  EXPECT_FALSE(silent.edit());
  ModelCall whole(openai(), chat, json);
  ask(whole, R"({"model":"gpt-4o"})");
  EXPECT_FALSE(whole.edit());
}

TEST(ModelCall, TheChunkThatWasAskedForIsTakenOut) {
  ModelCall call(openai(), chat, json);
  ask(call, streamed);
  call.begin_answer("text/event-stream", "", false);
  ASSERT_TRUE(call.edits_answer());
  const std::string before = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";
  const std::string usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}\n\n";
  EXPECT_EQ(passed(call, before + usage + "data: [DONE]\n\n"), before + "data: [DONE]\n\n");
  EXPECT_EQ(call.taken().how, Taken::How::exact);
  EXPECT_EQ(call.taken().counts.total(), 12U);
}

TEST(ModelCall, AWholeAnswerIsExact) {
  ModelCall call(openai(), chat, json);
  ask(call, R"({"model":"gpt-4o"})");
  call.begin_answer("application/json", "", false);
  call.read_answer(R"({"choices":[{"finish_reason":"stop","message":{"content":"hi"}}],)");
  call.read_answer(R"("usage":{"prompt_tokens":7,"completion_tokens":5}})");
  call.end_answer();
  EXPECT_EQ(call.taken().how, Taken::How::exact);
  EXPECT_EQ(call.taken().counts, (usage::Counts{.input = 7, .output = 5}));
}

TEST(ModelCall, OfWhatCouldNotBeDecodedIsEstimatedByItsSize) {
  ModelCall call(openai(), chat, json);
  ask(call, R"({"model":"gpt-4o","messages":[{"role":"user","content":"twelve chars"}]})");
  call.begin_answer("application/json", "compress", false);
  call.read_answer(std::string(1000, 'x'));
  call.end_answer();
  EXPECT_EQ(call.taken().how, Taken::How::estimated);
  EXPECT_EQ(call.taken().counts, (usage::Counts{.input = 3, .output = 500}));
  EXPECT_EQ(call.taken().why, "its content encoding is not known");
}

TEST(ModelCall, AnEstimateBySizeIsNoMoreThanTheRequestAllows) {
  ModelCall call(openai(), chat, json);
  ask(call, R"({"model":"gpt-4o","max_tokens":30,"n":2,"messages":[]})");
  call.begin_answer("application/json", "compress", false);
  call.read_answer(std::string(1000, 'x'));
  EXPECT_EQ(call.taken().counts.output, 60U);
}

TEST(ModelCall, EventsThatCouldNotBeDecodedAreMostlyNoText) {
  ModelCall call(openai(), chat, json);
  ask(call, R"({"model":"gpt-4o","stream":true,"messages":[]})");
  call.begin_answer("text/event-stream", "compress", false);
  call.read_answer(std::string(1600, 'x'));
  EXPECT_EQ(call.taken().counts.output, 100U);
}

TEST(ModelCall, OfBedrockMayBeCountedInItsAnswersHead) {
  const ModelRoute bedrock{.model = {.protocol = usage::Protocol::bedrock}, .host = {}};
  ModelCall call(bedrock, "/model/mistral.mistral-7b/invoke", json);
  ask(call, R"({"prompt":"twelve chars","max_tokens":30})");
  ASSERT_TRUE(call.head_may_count());
  call.begin_answer("application/json", "", false);
  call.head_counts("19", "7");
  call.read_answer(R"({"outputs":[{"text":"sixteen letters!","stop_reason":"stop"}]})");
  EXPECT_EQ(call.taken().how, Taken::How::exact);
  EXPECT_EQ(call.taken().counts, (usage::Counts{.input = 19, .output = 7}));
}

TEST(ModelCall, AHeadThatCountsNothingIsNone) {
  const ModelRoute bedrock{.model = {.protocol = usage::Protocol::bedrock}, .host = {}};
  for (const std::string_view output : {"", "-1", "many"}) {
    ModelCall call(bedrock, "/model/mistral.mistral-7b/invoke", json);
    ask(call, R"({"prompt":"twelve chars"})");
    call.begin_answer("application/json", "", false);
    call.head_counts("19", output);
    call.read_answer(R"({"outputs":[{"text":"sixteen letters!","stop_reason":"stop"}]})");
    call.end_answer();
    EXPECT_EQ(call.taken().how, Taken::How::estimated) << output;
    EXPECT_EQ(call.taken().counts, (usage::Counts{.input = 3, .output = 4})) << output;
  }
}

TEST(ModelCall, OfDashscopeStreamsWhenItsHeadersSaySo) {
  const ModelRoute dashscope{.model = {.protocol = usage::Protocol::dashscope}, .host = {}};
  constexpr std::string_view path = "/api/v1/services/aigc/text-generation/generation";
  constexpr std::string_view body =
      R"({"model":"qwen-plus","input":{"prompt":"hi"},"parameters":{"incremental_output":true}})";
  ModelCall streamed(dashscope, path, json, true);
  ask(streamed, body);
  EXPECT_TRUE(streamed.streams());
  ModelCall whole(dashscope, path, json);
  ask(whole, body);
  EXPECT_FALSE(whole.streams());
}

TEST(ModelCall, OfDashscopeInIncrementsCountsItsTextOnce) {
  const ModelRoute dashscope{.model = {.protocol = usage::Protocol::dashscope}, .host = {}};
  for (const bool incremental : {false, true}) {
    ModelCall call(dashscope, "/api/v1/services/aigc/text-generation/generation", json, true);
    ask(call, incremental ? R"({"model":"q","input":{},"parameters":{"incremental_output":true}})"
                          : R"({"model":"q","input":{},"parameters":{}})");
    call.begin_answer("text/event-stream", "", false);
    for (const std::string_view text : {"I am", "I am all of it, so far as it goes"}) {
      call.read_answer("data:{\"output\":{\"text\":\"" + std::string(text) +
                       "\",\"finish_reason\":\"null\"},\"request_id\":\"r\"}\n\n");
    }
    EXPECT_EQ(call.taken().counts.output, incremental ? 10U : 9U);  // of 37 or 33 characters
  }
}

TEST(ModelCall, OfDifyStreamsInItsOwnMode) {
  for (const auto& [mode, streams] : {std::pair{"streaming", true}, std::pair{"blocking", false}}) {
    ModelCall call(openai(), "/v1/chat-messages", json);
    ask(call, R"({"query":"twelve chars","inputs":{},"user":"u","response_mode":")" + std::string(mode) + R"("})");
    EXPECT_EQ(call.streams(), streams) << mode;
    EXPECT_EQ(call.facts().asked.input, 3U);
  }
}

Taken taken_without_usage(Model::UsageMissing missing) {
  ModelRoute route = openai();
  route.model.usage_missing = missing;
  ModelCall call(route, chat, json);
  ask(call, R"({"model":"gpt-4o","messages":[{"role":"user","content":"twelve chars"}]})");
  call.begin_answer("application/json", "", false);
  call.read_answer(R"({"choices":[{"finish_reason":"stop","message":{"content":"sixteen letters!"}}]})");
  call.end_answer();
  return call.taken();
}

TEST(ModelCall, WithoutUsageItIsEstimatedHeldOrFreeAndTheCauseIsSaid) {
  const Taken estimated = taken_without_usage(Model::UsageMissing::estimate);
  EXPECT_EQ(estimated.how, Taken::How::estimated);
  EXPECT_EQ(estimated.counts, (usage::Counts{.input = 3, .output = 4}));
  EXPECT_EQ(estimated.why, "the answer told no usage");
  EXPECT_EQ(taken_without_usage(Model::UsageMissing::held).how, Taken::How::held);
  EXPECT_EQ(taken_without_usage(Model::UsageMissing::free).how, Taken::How::free);
}

}  // namespace
}  // namespace weir::gateway
