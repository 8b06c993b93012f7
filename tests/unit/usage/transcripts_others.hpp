// transcripts_others.hpp: everybody but OpenAI.
#pragma once

#include "transcripts_openai.hpp"

namespace weir::usage {

inline std::vector<Transcript> anthropic_transcripts() {
  return {
      {.name = "Anthropic, stream with cache and thinking",
       .protocol = Protocol::anthropic,
       .content_type = sse,
       .body = R"(event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-sonnet-4","stop_reason":null,"usage":{"input_tokens":25,"cache_creation_input_tokens":30,"cache_read_input_tokens":400,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: ping
data: {"type": "ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm. "}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"usage\": {\"output_tokens\":"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15}}

event: message_stop
data: {"type":"message_stop"}

)",
       .counts = {.input = 455, .output = 15, .cached_input = 400, .cache_write = 30},
       .dialect = Dialect::anthropic,
       .characters = 36,
       .model = "claude-sonnet-4"},

      {.name = "Anthropic, a backend that tells the input at the end",
       .protocol = Protocol::anthropic,
       .content_type = sse,
       .body = R"(event: message_start
data: {"type":"message_start","message":{"id":"msg_2","model":"claude-x","usage":{"input_tokens":0,"output_tokens":0}}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"input_tokens":12,"cache_read_input_tokens":3,"output_tokens":5}}

event: message_stop
data: {"type":"message_stop"}

)",
       .counts = {.input = 15, .output = 5, .cached_input = 3},
       .dialect = Dialect::anthropic,
       .characters = 1,
       .model = "claude-x"},

      {.name = "Anthropic, whole, with a tool's input that looks like usage",
       .protocol = Protocol::anthropic,
       .content_type = whole,
       .body =
           R"({"id":"msg_3","type":"message","role":"assistant","model":"claude-y","content":[{"type":"text","text":"Hi!"},{"type":"tool_use","id":"t","name":"n","input":{"usage":{"input_tokens":99999,"output_tokens":99999}}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":2095,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":503}})",
       .counts = {.input = 2095, .output = 503},
       .dialect = Dialect::unknown,
       .characters = 3,
       .model = "claude-y"},
  };
}

inline std::vector<Transcript> gemini_transcripts() {
  return {
      {.name = "Gemini, SSE, counts repeated and growing",
       .protocol = Protocol::gemini,
       .content_type = sse,
       .body =
           R"(data: {"candidates": [{"content": {"parts": [{"text": "Once"}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 10,"candidatesTokenCount": 1,"totalTokenCount": 31,"thoughtsTokenCount": 20},"modelVersion": "gemini-2.5-flash","responseId": "r1"}

data: {"candidates": [{"content": {"parts": [{"text": " upon"}],"role": "model"},"finishReason": "STOP","index": 0}],"usageMetadata": {"promptTokenCount": 10,"candidatesTokenCount": 7,"totalTokenCount": 44,"cachedContentTokenCount": 4,"toolUsePromptTokenCount": 2,"thoughtsTokenCount": 25},"modelVersion": "gemini-2.5-flash","responseId": "r1"}

)",
       .counts = {.input = 12, .output = 32, .cached_input = 4, .reasoning = 25},
       .dialect = Dialect::gemini,
       .characters = 9,
       .model = "gemini-2.5-flash"},

      {.name = "Gemini, one growing array",
       .protocol = Protocol::gemini,
       .content_type = whole,
       .body = R"([{
  "candidates": [{"content": {"parts": [{"text": "A"}, {"functionCall": {"name": "f", "args": {"usageMetadata": {"promptTokenCount": 7777}}}}]}}],
  "usageMetadata": {"promptTokenCount": 4, "totalTokenCount": 4},
  "modelVersion": "gemini-2.0-flash"
}
,
{
  "candidates": [{"content": {"parts": [{"text": "BC"}]}, "finishReason": "STOP"}],
  "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 3, "totalTokenCount": 7},
  "modelVersion": "gemini-2.0-flash"
}
]
)",
       .counts = {.input = 4, .output = 3},
       .dialect = Dialect::gemini,
       .characters = 3,
       .model = "gemini-2.0-flash"},

      {.name = "Gemini, whole",
       .protocol = Protocol::gemini,
       .content_type = whole,
       .body =
           R"({"candidates":[{"content":{"parts":[{"text":"Hey"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":2,"totalTokenCount":10},"modelVersion":"gemini-1.5-pro"})",
       .counts = {.input = 8, .output = 2},
       .dialect = Dialect::gemini,
       .characters = 3,
       .model = "gemini-1.5-pro"},
  };
}

inline std::vector<Transcript> cloud_transcripts() {
  return {
      {.name = "Bedrock Converse, stream",
       .protocol = Protocol::bedrock,
       .content_type = "application/vnd.amazon.eventstream",
       .body =
           bedrock_frame("messageStart", R"({"p":"abcd","role":"assistant"})") +
           bedrock_frame("contentBlockDelta", R"({"contentBlockIndex":0,"delta":{"text":"Hello"},"p":"ab"})") +
           bedrock_frame("contentBlockStop", R"({"contentBlockIndex":0})") +
           bedrock_frame("messageStop", R"({"stopReason":"end_turn"})") +
           bedrock_frame("metadata",
                         R"({"metrics":{"latencyMs":378},"usage":{"cacheReadInputTokens":7,"cacheWriteInputTokens":2,)"
                         R"("inputTokens":19,"outputTokens":19,"totalTokens":47}})"),
       .counts = {.input = 28, .output = 19, .cached_input = 7, .cache_write = 2},
       .dialect = Dialect::bedrock,
       .characters = 5},

      {.name = "Bedrock Converse, whole",
       .protocol = Protocol::bedrock,
       .content_type = whole,
       .body =
           R"({"metrics":{"latencyMs":1275},"output":{"message":{"content":[{"text":"Hi there"}],"role":"assistant"}},"stopReason":"end_turn","usage":{"inputTokens":125,"outputTokens":60,"totalTokens":185}})",
       .counts = {.input = 125, .output = 60},
       .dialect = Dialect::bedrock,
       .characters = 8},

      {.name = "DashScope, cumulative text and counts",
       .protocol = Protocol::dashscope,
       .content_type = "text/event-stream;charset=UTF-8",
       .body = R"(id:1
event:result
:HTTP_STATUS/200
data:{"output":{"choices":[{"message":{"content":"我是","role":"assistant"},"finish_reason":"null"}]},"usage":{"total_tokens":25,"input_tokens":22,"output_tokens":3},"request_id":"b1"}

id:2
event:result
:HTTP_STATUS/200
data:{"output":{"choices":[{"message":{"content":"我是通义","role":"assistant"},"finish_reason":"stop"}]},"usage":{"total_tokens":31,"input_tokens":22,"output_tokens":9,"prompt_tokens_details":{"cached_tokens":8}},"request_id":"b1"}

)",
       .counts = {.input = 22, .output = 9, .cached_input = 8},
       .dialect = Dialect::dashscope,
       .characters = 4},

      {.name = "DashScope, the text in increments",
       .protocol = Protocol::dashscope,
       .content_type = "text/event-stream;charset=UTF-8",
       .body = R"(id:1
event:result
:HTTP_STATUS/200
data:{"output":{"finish_reason":"null","text":"I am"},"usage":{"total_tokens":24,"input_tokens":22,"output_tokens":2},"request_id":"b2"}

id:2
event:result
:HTTP_STATUS/200
data:{"output":{"finish_reason":"null","text":" a"},"usage":{"total_tokens":25,"input_tokens":22,"output_tokens":3},"request_id":"b2"}

id:3
event:result
:HTTP_STATUS/200
data:{"output":{"finish_reason":"stop","text":"."},"usage":{"total_tokens":26,"input_tokens":22,"output_tokens":4},"request_id":"b2"}

)",
       .counts = {.input = 22, .output = 4},
       .dialect = Dialect::dashscope,
       .characters = 7},

      {.name = "DashScope, whole",
       .protocol = Protocol::dashscope,
       .content_type = whole,
       .body =
           R"({"output":{"text":"abc","finish_reason":"stop"},"usage":{"input_tokens":3,"output_tokens":40,"total_tokens":43},"request_id":"x"})",
       .counts = {.input = 3, .output = 40},
       .dialect = Dialect::dashscope,
       .characters = 3},
  };
}

inline std::vector<Transcript> other_transcripts() {
  return {
      {.name = "Ollama, a JSON object a line",
       .protocol = Protocol::ollama,
       .content_type = "application/x-ndjson",
       .body =
           R"({"model":"llama3.2","created_at":"2023-08-04T08:52:19Z","message":{"role":"assistant","content":"The"},"done":false}
{"model":"llama3.2","created_at":"2023-08-04T08:52:20Z","message":{"role":"assistant","content":" sky"},"done":false}
{"model":"llama3.2","created_at":"2023-08-04T19:22:45Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":4883583458,"prompt_eval_count":26,"prompt_eval_duration":342546000,"eval_count":282}
)",
       .counts = {.input = 26, .output = 282},
       .dialect = Dialect::ollama,
       .characters = 7,
       .model = "llama3.2"},

      {.name = "Ollama, a prompt from the cache is not counted",
       .protocol = Protocol::ollama,
       .content_type = "application/x-ndjson",
       .body = R"({"model":"m","response":"x","done":false}
{"model":"m","response":"","done":true,"eval_count":5})",
       .counts = {.output = 5},
       .dialect = Dialect::ollama,
       .characters = 1,
       .model = "m"},

      {.name = "Ollama, whole",
       .protocol = Protocol::ollama,
       .content_type = whole,
       .body =
           R"({"model":"m","message":{"role":"assistant","content":"hello"},"done":true,"prompt_eval_count":11,"eval_count":3})",
       .counts = {.input = 11, .output = 3},
       .dialect = Dialect::ollama,
       .characters = 5,
       .model = "m"},

      {.name = "Cohere, stream",
       .protocol = Protocol::cohere,
       .content_type = sse,
       .body = R"(event: message-start
data: {"id":"29f14a5a","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[]}}}

event: content-delta
data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"LLM"}}}}

event: message-end
data: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":3,"output_tokens":13},"tokens":{"input_tokens":69,"output_tokens":14}}}}

data: [DONE]

)",
       .counts = {.input = 69, .output = 14},
       .dialect = Dialect::cohere,
       .characters = 3},

      {.name = "Cohere, billed units alone",
       .protocol = Protocol::cohere,
       .content_type = sse,
       .body = R"(event: message-start
data: {"id":"29f14a5b","type":"message-start","delta":{"message":{"role":"assistant"}}}

event: content-delta
data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"LLMs"}}}}

event: message-end
data: {"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":3,"output_tokens":13}}}}

)",
       .counts = {.input = 3, .output = 13},
       .dialect = Dialect::cohere,
       .characters = 4},

      {.name = "Cohere, whole",
       .protocol = Protocol::cohere,
       .content_type = whole,
       .body =
           R"({"id":"c14c","message":{"role":"assistant","content":[{"type":"text","text":"LLMs"}]},"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":5,"output_tokens":418},"tokens":{"input_tokens":71,"output_tokens":419}}})",
       .counts = {.input = 71, .output = 419},
       .dialect = Dialect::cohere,
       .characters = 4},
  };
}

}  // namespace weir::usage
