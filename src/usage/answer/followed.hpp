// followed.hpp: what must be remembered of a streamed answer to be able to end it at any event.
#pragma once

#include "usage/label.hpp"

#include <cstdint>
#include <optional>

namespace weir::usage {

struct Followed {
  Label id;     // of the answer, as each event repeats it; Gemini: responseId; DashScope: request_id; Dify: message_id
  Label model;  // Dify, whose events name none: task_id
  Label context;  // Ollama: its own time, as text; Dify: conversation_id
  std::uint64_t created = 0;
  std::uint64_t sequence = 0;  // OpenAI Responses: of the last event
  std::uint64_t choices = 0;   // a bit for each choice that was seen, up to 64
  std::uint64_t finished_choices = 0;
  std::optional<std::uint64_t> open_block;  // Anthropic, Bedrock, Cohere: its index
  bool open_block_is_tool = false;          // Cohere
  bool text_completion = false;             // OpenAI: not a chat
  bool plain_text = false;                  // Ollama: generate, not chat; DashScope: `output.text`, not choices
  bool begun = false;                       // an event was whole
  bool started = false;                     // Anthropic, Cohere: message_start; Responses: it has an id
  bool finished = false;                    // the answer's end was told, only formalities follow
  bool over = false;                        // nothing follows
  bool line_open = false;                   // JSON lines: the last document has no line end yet
};

}  // namespace weir::usage
