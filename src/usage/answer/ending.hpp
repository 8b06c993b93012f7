// ending.hpp: how an answer that is cut short ends, in the words of its protocol: as if the model had reached the most
// that it may write.
//
//   OpenAI chat        a chunk under the same id with finish_reason `length`, the usage chunk if it was asked
//                      for, [DONE]
//   OpenAI Responses   response.incomplete, reason max_output_tokens; its items are not repeated, for they are
//                      not kept
//   Anthropic          the open block's content_block_stop, message_delta with stop_reason max_tokens,
//                      message_stop
//   Gemini             a chunk with finishReason MAX_TOKENS; in a list of chunks the list's end, too
//   Bedrock            contentBlockStop, messageStop (max_tokens), metadata, each a frame
//   DashScope          an event with finish_reason `length`
//   Ollama             a line with done true and done_reason `length`
//   Cohere             the open block's end, message-end with MAX_TOKENS
//   Dify               message_end of the same message and conversation
//
// Each of them carries the counts, so that the caller sees what it is charged.
#pragma once

#include "usage/answer/followed.hpp"
#include "usage/counts.hpp"
#include "usage/dialect.hpp"
#include "usage/stream/framing.hpp"

#include <string>

namespace weir::usage {

struct Cut {
  Dialect dialect = Dialect::unknown;
  stream::Framing framing = stream::Framing::unknown;
  Counts counts{};          // as far as they are known, or estimated
  bool usage_asked = true;  // OpenAI chat: the client asked for the usage chunk
};

// Can this stream be ended here, so that its SDK sees a normal end? Only between two events; not before it has begun.
[[nodiscard]] bool can_end(const Followed& followed, const Cut& cut) noexcept;

// What follows the last whole event. Empty when the stream was over already, or cannot be ended.
[[nodiscard]] std::string ending(const Followed& followed, const Cut& cut);

}  // namespace weir::usage
