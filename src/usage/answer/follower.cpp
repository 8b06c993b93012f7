#include "usage/answer/follower.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir::usage {
namespace {

using json::Take;

enum Leaf : std::uint8_t {
  id = 1,
  model,
  created_at,
  created,
  object,
  type,
  index,
  sequence,
  choice_index,
  choice_finish,
  choice_text,
  finish,
  response_id,
  done,
  ollama_text,
  dashscope_text,
  block_index,
  dify_task,
  dify_conversation,
};

constexpr std::array wanted{
    json::Path{"id", id, Take::text},
    json::Path{"model", model, Take::text},
    json::Path{"created", created, Take::number},
    json::Path{"object", object, Take::text},
    json::Path{"choices[].index", choice_index, Take::number},
    json::Path{"choices[].finish_reason", choice_finish, Take::text},
    json::Path{"type", type, Take::text},
    json::Path{"index", index, Take::number},
    json::Path{"sequence_number", sequence, Take::number},
    json::Path{"response.id", response_id, Take::text},
    json::Path{"response.model", model, Take::text},
    json::Path{"response.created_at", created, Take::number},
    json::Path{"responseId", id, Take::text},
    json::Path{"modelVersion", model, Take::text},
    json::Path{"candidates[].index", choice_index, Take::number},
    json::Path{"candidates[].finishReason", choice_finish, Take::text},
    json::Path{"created_at", created_at, Take::text},
    json::Path{"done", done, Take::kind},
    json::Path{"response", ollama_text, Take::kind},
    json::Path{"request_id", id, Take::text},
    json::Path{"output.text", dashscope_text, Take::kind},
    json::Path{"output.finish_reason", finish, Take::text},
    json::Path{"output.choices[].finish_reason", choice_finish, Take::text},
    json::Path{"contentBlockIndex", block_index, Take::number},
    json::Path{"event", type, Take::text},
    json::Path{"message_id", id, Take::text},
    json::Path{"task_id", dify_task, Take::text},
    json::Path{"conversation_id", dify_conversation, Take::text},
};
constexpr json::Paths paths{wanted};

constexpr std::string_view done_marker = "[DONE]";
constexpr std::uint8_t no_marker = 0xFF;
constexpr event_stream::Bounds frame_bounds{.headers = 1U << 10};

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::uint64_t bit(std::uint64_t index) { return index < 64 ? std::uint64_t{1} << index : 0; }

}  // namespace

Follower::Follower(std::string_view content_type) : scanner_(paths), sniffer_(content_type) {}

std::optional<std::size_t> Follower::follow(std::string_view bytes) noexcept {
  const std::size_t all = bytes.size();
  if (framing_ == stream::Framing::unknown) framing_ = sniffer_.sniff(bytes);
  const std::size_t skipped = all - bytes.size();
  std::optional<std::size_t> cut;
  switch (framing_) {
    case stream::Framing::unknown:
    case stream::Framing::nothing:
      break;
    case stream::Framing::events:
      cut = follow_events(bytes);
      break;
    case stream::Framing::documents:
    case stream::Framing::lines:
      cut = follow_documents(bytes);
      break;
    case stream::Framing::frames:
      cut = follow_frames(bytes);
      break;
  }
  if (!bytes.empty()) between_ = cut == bytes.size() || (between_ && framing_ == stream::Framing::nothing);
  if (cut) *cut += skipped;
  return cut;
}

// A line at a time, so that the place of an event's end is known. Comments between events belong to none.
std::optional<std::size_t> Follower::follow_events(std::string_view bytes) noexcept {
  std::optional<std::size_t> cut;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    const bool second_half = after_cr_ && *at == '\n';
    if (line_start_ && !second_half) inside_ = *at == '\n' || *at == '\r' ? false : inside_ || *at != ':';
    const char* const stop = json::line_end(at, end);
    const char* const next = stop == end ? end : stop + 1;
    events_.feed({at, static_cast<std::size_t>(next - at)}, *this);
    line_start_ = stop != end;
    after_cr_ = line_start_ && *stop == '\r';
    if (line_start_ && !inside_) cut = static_cast<std::size_t>(next - bytes.data());
    at = next;
  }
  return cut;
}

// Up to a closing brace at a time: an event is a document, or an element of the outermost list, with the blanks behind
// it.
std::optional<std::size_t> Follower::follow_documents(std::string_view bytes) noexcept {
  std::optional<std::size_t> cut;
  bool between = between_ && state_.begun;
  std::size_t from = 0;
  while (from < bytes.size() && !broken_) {
    if (between) {
      const std::size_t blanks = std::min(bytes.find_first_not_of(" \t\r\n", from), bytes.size());
      scanner_.feed(bytes.substr(from, blanks - from), *this);
      from = blanks;
      if (from > 0) {
        cut = from;
        state_.line_open = bytes[from - 1] != '\n';
      }
      between = false;
      continue;
    }
    const std::size_t brace = bytes.find('}', from);
    const std::size_t to = brace == std::string_view::npos ? bytes.size() : brace + 1;
    const std::uint64_t before = ended_;
    while (from < to && !broken_) {
      const std::size_t taken = scanner_.feed(bytes.substr(from, to - from), *this);
      from += taken;
      broken_ = scanner_.broken();
      if (!scanner_.done()) continue;
      scanner_.begin();
      if (taken > 0 && bytes[from - 1] == ']') {  // none: a number that the last piece ended with is over
        state_.over = true;
      } else if (ended_ == before) {
        end_event();
      }
    }
    between = !broken_ && ended_ != before && (scanner_.empty() || scanner_.between_elements());
    if (between) {
      cut = to;
      state_.line_open = true;
    }
  }
  return cut;
}

std::optional<std::size_t> Follower::follow_frames(std::string_view bytes) noexcept {
  using Next = event_stream::Reader::Next;
  std::optional<std::size_t> cut;
  std::string_view left = bytes;
  try {
    if (frames_ == nullptr) frames_ = std::make_unique<event_stream::Reader>(frame_bounds);
    while (!broken_) {
      const Next next = frames_->next(left);
      if (next == Next::starved) break;
      if (next == Next::head) take_type(frames_->text(":event-type"));
      if (next == Next::payload) data(frames_->payload());
      if (next == Next::broken) broken_ = true;
      if (next == Next::end) {
        end_event();
        cut = bytes.size() - left.size();
      }
    }
  } catch (...) {  // no memory for it
    broken_ = true;
  }
  return cut;
}

void Follower::data(std::string_view piece) noexcept {
  while (event_.marker < done_marker.size() && !piece.empty()) {
    if (piece.front() != done_marker[event_.marker]) {
      event_.marker = no_marker;
      break;
    }
    piece.remove_prefix(1);
    ++event_.marker;
  }
  if (event_.marker == no_marker && !scanner_.done()) scanner_.feed(piece, *this);
}

void Follower::number(std::uint8_t leaf, std::string_view digits) noexcept {
  const std::uint64_t number = number_of(digits);
  switch (leaf) {
    case created:
      state_.created = number;
      return;
    case sequence:
      event_.sequence = number;
      return;
    case index:
    case block_index:
      event_.block = number;
      return;
    case choice_index:
      event_.index = number;
      event_.choices |= bit(number);
      return;
    default:
      return;
  }
}

void Follower::text(std::uint8_t leaf, std::string_view value) noexcept {
  switch (leaf) {
    case id:
      return state_.id.set_once(value);
    case response_id:
      event_.response = true;
      return state_.id.set_once(value);
    case model:
      return state_.model.set_once(value);
    case dify_task:
      return state_.model.set_once(value);
    case created_at:
    case dify_conversation:
      return state_.context.set_once(value);
    case object:
      state_.text_completion = value == "text_completion";
      return;
    case type:
      return take_type(value);
    case choice_finish:  // DashScope says "null" until the end
    case finish:
      if (!value.empty() && value != "null") event_.finished_choices |= bit(event_.index);
      return;
    default:
      return;
  }
}

void Follower::other(std::uint8_t leaf, json::Kind kind) noexcept {
  if (leaf == done) event_.done = kind == json::Kind::boolean_true;
  if (leaf == ollama_text || leaf == dashscope_text) state_.plain_text = kind == json::Kind::string;
}

void Follower::take_type(std::string_view name) noexcept {
  struct Known {
    std::string_view name;
    Type type;
  };
  constexpr std::array known{
      Known{"message_start", Type::message_start},
      Known{"content_block_start", Type::block_start},
      Known{"content_block_stop", Type::block_stop},
      Known{"message_delta", Type::finish},
      Known{"message_stop", Type::last},  // Anthropic
      Known{"message-start", Type::message_start},
      Known{"content-start", Type::block_start},
      Known{"content-end", Type::block_stop},
      Known{"tool-call-start", Type::tool_start},
      Known{"tool-call-end", Type::block_stop},
      Known{"message-end", Type::last},  // Cohere
      Known{"message_end", Type::last},  // Dify
      Known{"contentBlockStart", Type::block_start},
      Known{"contentBlockDelta", Type::block_start},
      Known{"contentBlockStop", Type::block_stop},
      Known{"messageStop", Type::finish},
      Known{"metadata", Type::last},  // Bedrock
      Known{"response.completed", Type::last},
      Known{"response.incomplete", Type::last},
      Known{"response.failed", Type::last},  // OpenAI Responses
  };
  const auto* found = std::ranges::find(known, name, &Known::name);
  event_.type = found == known.end() ? Type::other : found->type;
}

void Follower::end_event() noexcept {
  ++ended_;
  state_.begun = true;
  state_.started = state_.started || event_.type == Type::message_start || event_.response;
  state_.sequence = std::max(state_.sequence, event_.sequence);
  state_.choices |= event_.choices | event_.finished_choices;
  state_.finished_choices |= event_.finished_choices;
  if (event_.type == Type::block_start || event_.type == Type::tool_start) {
    state_.open_block = event_.block.value_or(0);
    state_.open_block_is_tool = event_.type == Type::tool_start;
  }
  if (event_.type == Type::block_stop) state_.open_block.reset();
  state_.over = state_.over || event_.type == Type::last || event_.done || event_.marker == done_marker.size();
  finish_told_ = finish_told_ || event_.type == Type::finish;
  const bool all_choices = state_.choices != 0 && (state_.choices & ~state_.finished_choices) == 0;
  state_.finished = state_.over || finish_told_ || all_choices;
  event_ = {};
  if (framing_ != stream::Framing::documents && framing_ != stream::Framing::lines) scanner_.begin();
}

}  // namespace weir::usage
