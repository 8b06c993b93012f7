// transcripts_openai.hpp: OpenAI and those who speak nearly the same.
#pragma once

#include "transcripts.hpp"

namespace weir::usage {

inline constexpr std::string_view sse = "text/event-stream; charset=utf-8";
inline constexpr std::string_view whole = "application/json";

inline std::vector<Transcript> openai_transcripts() {
  return {
      {.name = "OpenAI chat, stream, usage in the last chunk",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body =
           R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"H\u00e9llo, \"世界\" \ud83d\ude00"},"logprobs":null,"finish_reason":null}],"usage":null}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":1117,"completion_tokens":46,"total_tokens":1163,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":12,"accepted_prediction_tokens":0}}}

data: [DONE]

)",
       .counts = {.input = 1117, .output = 46, .cached_input = 1024, .reasoning = 12},
       .dialect = Dialect::openai_chat,
       .characters = 13,
       .model = "gpt-4o-mini"},

      {.name = "OpenAI chat, whole",
       .protocol = Protocol::openai,
       .content_type = whole,
       .body = R"({
  "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
  "object": "chat.completion",
  "model": "gpt-4.1-2025-04-14",
  "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "Hello there", "refusal": null, "annotations": []},
     "logprobs": null, "finish_reason": "stop"}
  ],
  "usage": {
    "prompt_tokens": 19, "completion_tokens": 10, "total_tokens": 29,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0}
  },
  "service_tier": "default"
}
)",
       .counts = {.input = 19, .output = 10},
       .dialect = Dialect::openai_chat,
       .characters = 11,
       .model = "gpt-4.1-2025-04-14"},

      {.name = "Azure: a first chunk with a prompt filter and no choices",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body =
           R"(data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"Hi"},"finish_reason":null,"index":0}],"created":1,"id":"c1","model":"gpt-4o","object":"chat.completion.chunk"}

data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}],"id":"c1","model":"gpt-4o","object":"chat.completion.chunk"}

data: {"choices":[],"id":"c1","model":"gpt-4o","usage":{"completion_tokens":1,"prompt_tokens":8,"total_tokens":9}}

data: [DONE]

)",
       .counts = {.input = 8, .output = 1},
       .dialect = Dialect::openai_chat,
       .characters = 2,
       .model = "gpt-4o"},

      {.name = "compatible, usage in the finish chunk",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body =
           R"(data: {"id":"1","model":"mistral-small","choices":[{"index":0,"delta":{"role":"assistant","content":"abc"},"finish_reason":null}]}

data: {"id":"1","model":"mistral-small","choices":[{"index":0,"delta":{"content":""},"finish_reason":"length"}],"usage":{"prompt_tokens":7,"total_tokens":11,"completion_tokens":4}}

data: [DONE]

)",
       .counts = {.input = 7, .output = 4},
       .dialect = Dialect::openai_chat,
       .characters = 3,
       .model = "mistral-small"},

      {.name = "compatible, cumulative usage in every chunk",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body =
           R"(data:{"id":"1","model":"qwen","choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":5,"total_tokens":6,"completion_tokens":1}}

data:{"id":"1","model":"qwen","usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2},"choices":[{"index":0,"delta":{"content":"b"}}]}

data:{"id":"1","model":"qwen","choices":[{"index":0,"delta":{"content":"c"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"total_tokens":8,"completion_tokens":3}}

data:{"id":"1","model":"qwen","choices":[],"usage":{"prompt_tokens":5,"total_tokens":8,"completion_tokens":0}}

data:[DONE]

)",
       .counts = {.input = 5, .output = 3},
       .dialect = Dialect::openai_chat,
       .characters = 3,
       .model = "qwen"},

      {.name = "Minimax, a total alone",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body =
           R"(data: {"id":"02","choices":[{"index":0,"delta":{"content":"ok","role":"assistant"}}],"model":"abab6.5s-chat","usage":null}

data: {"id":"02","choices":[{"finish_reason":"stop","index":0,"message":{"content":"","role":"assistant"}}],"model":"abab6.5s-chat","usage":{"total_tokens":73}}

)",
       .counts = {.input = 73},
       .dialect = Dialect::openai_chat,
       .characters = 2,
       .model = "abab6.5s-chat"},

      {.name = "DeepSeek, cache hits and reasoning",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body = R"(: keep-alive

data: {"id":"d","model":"deepseek-reasoner","choices":[{"index":0,"delta":{"content":null,"reasoning_content":"hm"},"finish_reason":null}]}

: keep-alive

data: {"id":"d","model":"deepseek-reasoner","choices":[{"index":0,"delta":{"content":"4"},"finish_reason":null}]}

data: {"id":"d","model":"deepseek-reasoner","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36,"completion_tokens_details":{"reasoning_tokens":15}}}

data: [DONE]

)",
       .counts = {.input = 100, .output = 20, .cached_input = 64, .reasoning = 15},
       .dialect = Dialect::openai_chat,
       .characters = 3,
       .model = "deepseek-reasoner"},

      {.name = "Moonshot, usage inside the choice",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body =
           R"(data: {"id":"m","model":"moonshot-v1-8k","choices":[{"index":0,"delta":{"content":"hey"},"finish_reason":null}]}

data: {"id":"m","model":"moonshot-v1-8k","choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":19,"completion_tokens":13,"total_tokens":32}}]}

data: [DONE]

)",
       .counts = {.input = 19, .output = 13},
       .dialect = Dialect::openai_chat,
       .characters = 3,
       .model = "moonshot-v1-8k"},

      {.name = "Groq, usage under its own name",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body =
           R"(data: {"id":"g","model":"llama3-8b","choices":[{"index":0,"delta":{"content":"yo"},"finish_reason":null}],"x_groq":{"id":"req_1"}}

data: {"id":"g","model":"llama3-8b","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"req_1","usage":{"prompt_tokens":13,"completion_tokens":17,"total_tokens":30,"total_time":0.05}}}

data: [DONE]

)",
       .counts = {.input = 13, .output = 17},
       .dialect = Dialect::openai_chat,
       .characters = 2,
       .model = "llama3-8b"},

      {.name = "Dify, usage in the metadata of message_end",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body = R"(event: ping

data: {"event": "message", "message_id": "5ad4cb98", "conversation_id": "45701982", "answer": " I", "created_at": 1679586595}

data: {"event": "message_end", "id": "5e52ce04", "conversation_id": "45701982", "metadata": {"usage": {"prompt_tokens": 1033, "prompt_unit_price": "0.001", "completion_tokens": 135, "completion_price": "0.0002700", "total_tokens": 1168, "total_price": "0.0013030", "currency": "USD", "latency": 1.381}}}

)",
       .counts = {.input = 1033, .output = 135},
       .dialect = Dialect::dify,
       .characters = 2},

      {.name = "Dify, whole",
       .protocol = Protocol::openai,
       .content_type = whole,
       .body =
           R"({"event":"message","task_id":"c3800678","id":"9da23599","message_id":"9da23599","conversation_id":"45701982","mode":"chat","answer":"Hello!","metadata":{"usage":{"prompt_tokens":1033,"prompt_price":"0.0010330","completion_tokens":128,"total_tokens":1161,"total_price":"0.0012890","currency":"USD","latency":0.768}},"created_at":1705407629})",
       .counts = {.input = 1033, .output = 128},
       .dialect = Dialect::dify,
       .characters = 6},

      {.name = "OpenAI Responses, stream",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body = R"(event: response.created
data: {"type":"response.created","response":{"id":"resp_67","object":"response","status":"in_progress","model":"gpt-4.1","output":[],"usage":null}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","item_id":"msg_67","output_index":0,"content_index":0,"delta":"Hi"}

event: response.output_text.done
data: {"type":"response.output_text.done","item_id":"msg_67","output_index":0,"content_index":0,"text":"Hi"}

event: response.completed
data: {"type":"response.completed","response":{"id":"resp_67","object":"response","status":"completed","error":null,"model":"gpt-4.1","output":[{"id":"msg_67","type":"message","content":[{"type":"output_text","text":"Hi","annotations":[]}]}],"usage":{"input_tokens":37,"output_tokens":11,"output_tokens_details":{"reasoning_tokens":3},"input_tokens_details":{"cached_tokens":5},"total_tokens":48}}}

)",
       .counts = {.input = 37, .output = 11, .cached_input = 5, .reasoning = 3},
       .dialect = Dialect::openai_responses,
       .characters = 2,
       .model = "gpt-4.1"},

      {.name = "OpenAI Responses, stream that reached its maximum",
       .protocol = Protocol::openai,
       .content_type = sse,
       .body = R"(event: response.created
data: {"type":"response.created","response":{"id":"resp_68","model":"o4-mini","output":[],"usage":null}}

event: response.reasoning_summary_text.delta
data: {"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"Hm"}

event: response.incomplete
data: {"type":"response.incomplete","response":{"id":"resp_68","status":"incomplete","error":null,"incomplete_details":{"reason":"max_output_tokens"},"model":"o4-mini","output":[],"usage":{"input_tokens":20,"input_tokens_details":{"cached_tokens":0},"output_tokens":16,"output_tokens_details":{"reasoning_tokens":16},"total_tokens":36}}}

)",
       .counts = {.input = 20, .output = 16, .reasoning = 16},
       .dialect = Dialect::openai_responses,
       .characters = 2,
       .model = "o4-mini"},

      {.name = "OpenAI Responses, whole",
       .protocol = Protocol::openai,
       .content_type = whole,
       .body =
           R"({"id":"resp_1","object":"response","status":"completed","error":null,"model":"gpt-4.1","output":[{"type":"message","content":[{"type":"output_text","text":"abc"}]}],"usage":{"input_tokens":36,"input_tokens_details":{"cached_tokens":0},"output_tokens":87,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":123}})",
       .counts = {.input = 36, .output = 87},
       .dialect = Dialect::openai_responses,
       .characters = 3,
       .model = "gpt-4.1"},

      {.name = "OpenAI embeddings",
       .protocol = Protocol::openai,
       .content_type = whole,
       .body =
           R"({"object":"list","data":[{"object":"embedding","embedding":[0.0023,-9.3e-3],"index":0}],"model":"text-embedding-ada-002","usage":{"prompt_tokens":8,"total_tokens":8}})",
       .counts = {.input = 8},
       .dialect = Dialect::unknown,
       .model = "text-embedding-ada-002"},
  };
}

}  // namespace weir::usage
