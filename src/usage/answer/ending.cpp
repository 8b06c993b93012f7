#include "usage/answer/ending.hpp"

#include "event_stream/frames.hpp"
#include "usage/json/quoted.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace weir::usage {
namespace {

using json::quoted;

std::string number(std::uint64_t value) { return std::to_string(value); }

// `data: ...`, after `event: ...` for those who name their events.
std::string event(std::string_view data, std::string_view name = {}) {
  std::string out;
  if (!name.empty()) out.append("event: ").append(name).append("\n");
  return out.append("data: ").append(data).append("\n\n");
}

std::string openai_chat(const Followed& followed, const Cut& cut) {
  const bool text = followed.text_completion;
  const std::string head = R"({"id":)" + quoted(followed.id.text()) + R"(,"object":)" +
                           (text ? R"("text_completion")" : R"("chat.completion.chunk")") + R"(,"created":)" +
                           number(followed.created) + R"(,"model":)" + quoted(followed.model.text()) +
                           R"(,"choices":[)";
  std::string out;
  if (!followed.finished) {
    std::string choices;
    for (std::uint64_t open = followed.choices == 0 ? 1 : followed.choices & ~followed.finished_choices; open != 0;
         open &= open - 1) {
      if (!choices.empty()) choices += ',';
      choices += R"({"index":)" + number(static_cast<std::uint64_t>(std::countr_zero(open))) +
                 (text ? R"(,"text":"")" : R"(,"delta":{})") + R"(,"logprobs":null,"finish_reason":"length"})";
    }
    out += event(head + choices + "]}");
  }
  if (cut.usage_asked) {
    const Counts& counts = cut.counts;
    out += event(head + R"(],"usage":{"prompt_tokens":)" + number(counts.input) + R"(,"completion_tokens":)" +
                 number(counts.output) + R"(,"total_tokens":)" + number(counts.total()) +
                 R"(,"prompt_tokens_details":{"cached_tokens":)" + number(counts.cached_input) +
                 R"(},"completion_tokens_details":{"reasoning_tokens":)" + number(counts.reasoning) + "}}}");
  }
  return out + event("[DONE]");
}

std::string openai_responses(const Followed& followed, const Cut& cut) {
  const Counts& counts = cut.counts;
  return event(
      R"({"type":"response.incomplete","sequence_number":)" + number(followed.sequence + 1) + R"(,"response":{"id":)" +
          quoted(followed.id.text()) + R"(,"object":"response","created_at":)" + number(followed.created) +
          R"(,"status":"incomplete","error":null,"incomplete_details":{"reason":"max_output_tokens"},"instructions":null,"model":)" +
          quoted(followed.model.text()) +
          R"(,"output":[],"parallel_tool_calls":true,"temperature":null,"tool_choice":"auto","tools":[],"top_p":null,"metadata":{},"usage":{"input_tokens":)" +
          number(counts.input) + R"(,"input_tokens_details":{"cached_tokens":)" + number(counts.cached_input) +
          R"(},"output_tokens":)" + number(counts.output) + R"(,"output_tokens_details":{"reasoning_tokens":)" +
          number(counts.reasoning) + R"(},"total_tokens":)" + number(counts.total()) + "}}}",
      "response.incomplete");
}

std::string anthropic(const Followed& followed, const Cut& cut) {
  std::string out;
  if (followed.open_block) {
    out += event(R"({"type":"content_block_stop","index":)" + number(*followed.open_block) + "}", "content_block_stop");
  }
  if (!followed.finished) {
    out += event(
        R"({"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":)" +
            number(cut.counts.output) + "}}",
        "message_delta");
  }
  return out + event(R"({"type":"message_stop"})", "message_stop");
}

std::string gemini(const Followed& followed, const Cut& cut) {
  const Counts& counts = cut.counts;
  std::string chunk = R"({"candidates":[)";
  bool first = true;
  for (std::uint64_t open = followed.choices == 0 ? 1 : followed.choices & ~followed.finished_choices; open != 0;
       open &= open - 1) {
    if (!first) chunk += ',';
    first = false;
    chunk += R"({"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"MAX_TOKENS","index":)" +
             number(static_cast<std::uint64_t>(std::countr_zero(open))) + "}";
  }
  chunk += R"(],"usageMetadata":{"promptTokenCount":)" + number(counts.input) + R"(,"candidatesTokenCount":)" +
           number(counts.output - std::min(counts.reasoning, counts.output)) + R"(,"thoughtsTokenCount":)" +
           number(std::min(counts.reasoning, counts.output)) + R"(,"totalTokenCount":)" + number(counts.total()) +
           R"(},"modelVersion":)" + quoted(followed.model.text()) + R"(,"responseId":)" + quoted(followed.id.text()) +
           "}";
  const bool list = cut.framing == stream::Framing::documents;
  if (followed.finished) return list ? "\n]" : "";
  return list ? ",\r\n" + chunk + "\n]" : event(chunk);
}

std::string frame(std::string_view type, std::string_view payload) {
  const std::array<event_stream::Header, 3> headers{{{":event-type", type},
                                                     {":content-type", std::string_view("application/json")},
                                                     {":message-type", std::string_view("event")}}};
  std::string out;
  const bool written = event_stream::append_frame(out, headers, payload);
  return written ? out : std::string();
}

std::string bedrock(const Followed& followed, const Cut& cut) {
  const Counts& counts = cut.counts;
  std::string out;
  if (followed.open_block)
    out += frame("contentBlockStop", R"({"contentBlockIndex":)" + number(*followed.open_block) + "}");
  if (!followed.finished) out += frame("messageStop", R"({"stopReason":"max_tokens"})");
  return out + frame("metadata",
                     R"({"usage":{"inputTokens":)" +
                         number(counts.input - std::min(counts.input, counts.cached_input + counts.cache_write)) +
                         R"(,"outputTokens":)" + number(counts.output) + R"(,"totalTokens":)" + number(counts.total()) +
                         R"(,"cacheReadInputTokens":)" + number(counts.cached_input) + R"(,"cacheWriteInputTokens":)" +
                         number(counts.cache_write) + R"(},"metrics":{"latencyMs":0}})");
}

std::string dashscope(const Followed& followed, const Cut& cut) {
  if (followed.finished) return {};
  return event(std::string(R"({"output":)") +
                   (followed.plain_text
                        ? R"({"text":"","finish_reason":"length"})"
                        : R"({"choices":[{"message":{"content":"","role":"assistant"},"finish_reason":"length"}]})") +
                   R"(,"usage":{"total_tokens":)" + number(cut.counts.total()) + R"(,"input_tokens":)" +
                   number(cut.counts.input) + R"(,"output_tokens":)" + number(cut.counts.output) +
                   R"(},"request_id":)" + quoted(followed.id.text()) + "}",
               "result");
}

std::string ollama(const Followed& followed, const Cut& cut) {
  return R"({"model":)" + quoted(followed.model.text()) + R"(,"created_at":)" + quoted(followed.context.text()) +
         (followed.plain_text ? R"(,"response":"")" : R"(,"message":{"role":"assistant","content":""})") +
         R"(,"done":true,"done_reason":"length","total_duration":0,"load_duration":0,"prompt_eval_count":)" +
         number(cut.counts.input) + R"(,"prompt_eval_duration":0,"eval_count":)" + number(cut.counts.output) +
         R"(,"eval_duration":0})" + "\n";
}

std::string cohere(const Followed& followed, const Cut& cut) {
  std::string out;
  if (followed.open_block) {
    const std::string_view type = followed.open_block_is_tool ? "tool-call-end" : "content-end";
    out += event(R"({"type":)" + quoted(type) + R"(,"index":)" + number(*followed.open_block) + "}", type);
  }
  const std::string tokens =
      R"({"input_tokens":)" + number(cut.counts.input) + R"(,"output_tokens":)" + number(cut.counts.output) + "}";
  return out + event(R"({"type":"message-end","delta":{"finish_reason":"MAX_TOKENS","usage":{"billed_units":)" +
                         tokens + R"(,"tokens":)" + tokens + "}}}",
                     "message-end");
}

std::string dify(const Followed& followed, const Cut& cut) {
  const std::string message = quoted(followed.id.text());
  const std::string_view conversation = followed.context.text();  // completion apps have none
  return event(R"({"event":"message_end","task_id":)" + quoted(followed.model.text()) + R"(,"id":)" + message +
               R"(,"message_id":)" + message +
               (conversation.empty() ? std::string() : R"(,"conversation_id":)" + quoted(conversation)) +
               R"(,"metadata":{"usage":{"prompt_tokens":)" + number(cut.counts.input) + R"(,"completion_tokens":)" +
               number(cut.counts.output) + R"(,"total_tokens":)" + number(cut.counts.total()) + "}}}");
}

}  // namespace

bool can_end(const Followed& followed, const Cut& cut) noexcept {
  switch (cut.dialect) {
    case Dialect::unknown:
    case Dialect::bedrock_invoke:
      return false;
    case Dialect::openai_responses:
    case Dialect::anthropic:
    case Dialect::cohere:
      return followed.started;
    default:
      return followed.begun;
  }
}

std::string ending(const Followed& followed, const Cut& cut) {
  if (followed.over || !can_end(followed, cut)) return {};
  switch (cut.dialect) {
    case Dialect::openai_chat:
      return openai_chat(followed, cut);
    case Dialect::openai_responses:
      return openai_responses(followed, cut);
    case Dialect::anthropic:
      return anthropic(followed, cut);
    case Dialect::gemini:
      return gemini(followed, cut);
    case Dialect::bedrock:
      return bedrock(followed, cut);
    case Dialect::dashscope:
      return dashscope(followed, cut);
    case Dialect::ollama:
      return (followed.line_open ? "\n" : "") + ollama(followed, cut);
    case Dialect::cohere:
      return cohere(followed, cut);
    case Dialect::dify:
      return dify(followed, cut);
    case Dialect::unknown:
    case Dialect::bedrock_invoke:
      break;
  }
  return {};
}

}  // namespace weir::usage
