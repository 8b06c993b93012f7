#include "usage/request/prompt_text.hpp"

#include "usage/json/bytes.hpp"

#include <algorithm>
#include <array>

namespace weir::usage {
namespace {

using namespace std::string_view_literals;

constexpr std::array prompts{
    "messages"sv,
    "system"sv,
    "prompt"sv,
    "suffix"sv,
    "input"sv,
    "instructions"sv,
    "contents"sv,
    "systemInstruction"sv,
    "system_instruction"sv,
    "message"sv,
    "preamble"sv,
    "chat_history"sv,
    "documents"sv,
    "inputText"sv,
    "inputs"sv,
    "query"sv,
    "template"sv,
    "images"sv,
};
constexpr std::array schemas{"tools"sv, "functions"sv, "toolConfig"sv, "response_format"sv, "format"sv, "text"sv};

// Their strings say how the rest is meant, or what a provider alone reads.
constexpr std::array no_text{
    "role"sv,        "type"sv,      "id"sv,         "call_id"sv,          "tool_call_id"sv,
    "tool_use_id"sv, "toolUseId"sv, "media_type"sv, "mime_type"sv,        "mimeType"sv,
    "detail"sv,      "ttl"sv,       "signature"sv,  "thoughtSignature"sv, "encrypted_content"sv,
    "status"sv,
};
// Their strings may be media. A text in their place is told by its bytes.
constexpr std::array media{
    "data"sv,  "bytes"sv,     "url"sv,      "image_url"sv, "images"sv,  "image"sv,   "audio"sv,
    "video"sv, "file_data"sv, "fileData"sv, "file_uri"sv,  "fileUri"sv, "file_id"sv, "uri"sv,
};

template <class Names>
bool has(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

constexpr bool is_base64(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '+' ||
         byte == '/' || byte == '=' || byte == '-' || byte == '_';
}

Text characters_of(std::string_view text) { return json::characters(text.data(), text.data() + text.size()); }

// An address, or data: with the medium in it.
bool is_address(std::string_view start) {
  return std::ranges::any_of(std::array{"data:"sv, "http:"sv, "https:"sv, "gs:"sv, "s3:"sv, "oss:"sv, "file:"sv},
                             [&](std::string_view scheme) { return start.starts_with(scheme); });
}

}  // namespace

bool holds_prompt(std::string_view member) noexcept { return has(prompts, member) || has(schemas, member); }

void PromptCounter::begin(std::string_view member) noexcept {
  is_schema_ = has(schemas, member);
  has_token_ids_ = member == "prompt" || member == "input";
  meaning_ = has(media, member) ? Meaning::medium : Meaning::text;
}

void PromptCounter::key(std::string_view name) noexcept {
  meaning_ = has(no_text, name) ? Meaning::nothing : has(media, name) ? Meaning::medium : Meaning::text;
  if (is_schema_) prompt_.text += characters_of(name);
}

void PromptCounter::string_opened() noexcept {
  text_ = {};
  base64_ = true;
  first_ = 0;
}

void PromptCounter::string_part(std::string_view text) noexcept {
  if (meaning_ == Meaning::nothing) return;
  text_ += characters_of(text);
  if (meaning_ == Meaning::text) return;
  for (const char byte : text.substr(0, sizeof(start_) - first_)) start_[first_++] = byte;
  base64_ = base64_ && std::ranges::all_of(text, is_base64);
}

void PromptCounter::string_closed() noexcept {
  if (meaning_ == Meaning::nothing) return;
  if (meaning_ == Meaning::medium && first_ > 0 && (base64_ || is_address({start_, first_}))) {
    ++prompt_.media;
  } else {
    prompt_.text += text_;
  }
}

void PromptCounter::number_in_list() noexcept { prompt_.tokens += has_token_ids_ ? 1 : 0; }

}  // namespace weir::usage
