// transcripts_invoked.hpp: Bedrock's InvokeModel, where each family of models has its own words.
#pragma once

#include "transcripts_openai.hpp"

namespace weir::usage {

inline constexpr std::string_view frames = "application/vnd.amazon.eventstream";

inline std::vector<Transcript> invoked_transcripts() {
  return {
      {.name = "Bedrock InvokeModel, stream of Claude",
       .protocol = Protocol::bedrock,
       .content_type = frames,
       .body =
           bedrock_chunk(
               R"({"type":"message_start","message":{"id":"msg_bdrk_1","type":"message","role":"assistant","model":"claude-3-haiku","content":[],"usage":{"input_tokens":14,"cache_read_input_tokens":3,"output_tokens":1}}})") +
           bedrock_chunk(R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})") +
           bedrock_chunk(
               R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hé \"usage\""}})") +
           bedrock_chunk(R"({"type":"content_block_stop","index":0})") +
           bedrock_chunk(R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}})") +
           bedrock_chunk(
               R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":14,"outputTokenCount":7,"invocationLatency":1131,"firstByteLatency":358,"cacheReadInputTokenCount":3}})"),
       .counts = {.input = 17, .output = 7, .cached_input = 3},
       .dialect = Dialect::bedrock_invoke,
       .characters = 10,
       .model = "claude-3-haiku"},

      {.name = "Bedrock InvokeModel, stream of Titan",
       .protocol = Protocol::bedrock,
       .content_type = frames,
       .body =
           bedrock_chunk(
               R"({"outputText":"One","index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":5})") +
           bedrock_chunk(
               R"({"outputText":" two","index":0,"totalOutputTextTokenCount":9,"completionReason":"FINISH","inputTextTokenCount":null,"amazon-bedrock-invocationMetrics":{"inputTokenCount":5,"outputTokenCount":9,"invocationLatency":1,"firstByteLatency":1}})"),
       .counts = {.input = 5, .output = 9},
       .dialect = Dialect::bedrock_invoke,
       .characters = 7},

      {.name = "Bedrock InvokeModel, stream of Llama",
       .protocol = Protocol::bedrock,
       .content_type = frames,
       .body =
           bedrock_chunk(
               R"({"generation":"Hi","prompt_token_count":21,"generation_token_count":1,"stop_reason":null})") +
           bedrock_chunk(
               R"({"generation":"","prompt_token_count":null,"generation_token_count":2,"stop_reason":"stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":21,"outputTokenCount":2}})"),
       .counts = {.input = 21, .output = 2},
       .dialect = Dialect::bedrock_invoke,
       .characters = 2},

      {.name = "Bedrock InvokeModel, stream of Mistral, counted by the metrics alone",
       .protocol = Protocol::bedrock,
       .content_type = frames,
       .body =
           bedrock_chunk(R"({"outputs":[{"text":"Bonjour","stop_reason":null}]})") +
           bedrock_chunk(
               R"({"outputs":[{"text":"","stop_reason":"stop"}],"amazon-bedrock-invocationMetrics":{"inputTokenCount":8,"outputTokenCount":4}})"),
       .counts = {.input = 8, .output = 4},
       .dialect = Dialect::bedrock_invoke,
       .characters = 7},

      {.name = "Bedrock InvokeModel, stream of Nova",
       .protocol = Protocol::bedrock,
       .content_type = frames,
       .body =
           bedrock_chunk(R"({"messageStart":{"role":"assistant"}})") +
           bedrock_chunk(R"({"contentBlockDelta":{"delta":{"text":"Nova"},"contentBlockIndex":0}})") +
           bedrock_chunk(R"({"contentBlockStop":{"contentBlockIndex":0}})") +
           bedrock_chunk(R"({"messageStop":{"stopReason":"end_turn"}})") +
           bedrock_chunk(
               R"({"metadata":{"usage":{"inputTokens":11,"outputTokens":6,"cacheReadInputTokenCount":2,"cacheWriteInputTokenCount":0},"metrics":{},"trace":{}},"amazon-bedrock-invocationMetrics":{"inputTokenCount":11,"outputTokenCount":6,"cacheReadInputTokenCount":2,"cacheWriteInputTokenCount":0}})"),
       .counts = {.input = 13, .output = 6, .cached_input = 2},
       .dialect = Dialect::bedrock_invoke,
       .characters = 4},

      {.name = "Bedrock InvokeModel, Titan, whole",
       .protocol = Protocol::bedrock,
       .content_type = whole,
       .body =
           R"({"inputTextTokenCount":5,"results":[{"tokenCount":33,"outputText":"abcd","completionReason":"FINISH"}]})",
       .counts = {.input = 5, .output = 33},
       .dialect = Dialect::bedrock_invoke,
       .characters = 4},

      {.name = "Bedrock InvokeModel, Llama, whole",
       .protocol = Protocol::bedrock,
       .content_type = whole,
       .body = R"({"generation":"abc","prompt_token_count":13,"generation_token_count":40,"stop_reason":"length"})",
       .counts = {.input = 13, .output = 40},
       .dialect = Dialect::bedrock_invoke,
       .characters = 3},

      {.name = "Bedrock InvokeModel, Claude, whole",
       .protocol = Protocol::bedrock,
       .content_type = whole,
       .body =
           R"({"id":"msg_bdrk_2","type":"message","role":"assistant","model":"claude-3-5","content":[{"type":"text","text":"ok"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":6}})",
       .counts = {.input = 12, .output = 6},
       .dialect = Dialect::unknown,
       .characters = 2,
       .model = "claude-3-5"},
  };
}

}  // namespace weir::usage
