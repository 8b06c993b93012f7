// body.hpp: what a request to a model's API asks for, read out of its JSON body as the body comes.
//
// One pass, whatever the split; kept are the model and the user (each at most `max_name` bytes), a few numbers and
// places. Whose words the body speaks need not be known: the names that providers have for one thing never mean another
// (names.hpp). What cannot be understood for certain is said to be so, never guessed: the body is no JSON, a member
// that counts stands there twice (some servers take the first, some the last), or has a value of another type.
#pragma once

#include "usage/json/strict.hpp"
#include "usage/request/include_usage.hpp"
#include "usage/request/names.hpp"
#include "usage/request/prompt_text.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace weir::usage {

inline constexpr std::size_t max_name = 256;

// Empty or nothing: the body has no such member, or null.
struct Body {
  std::string model{};
  std::string user{};  // empty as well when it is longer than max_name
  std::optional<bool> stream{};
  std::optional<std::uint64_t> max_output{};  // of one answer: the largest of the fields named
  std::uint64_t answers = 1;                  // how many are asked for at once
  std::optional<bool> include_usage{};        // stream_options.include_usage
  std::optional<bool> streaming_mode{};       // response_mode is `streaming`
  bool incremental_output = false;            // no event repeats the text before it
  Prompt prompt{};
  std::uint64_t size = 0;  // bytes
};

struct Unclear {
  enum class Why : std::uint8_t {
    not_json,  // RFC 8259
    too_deep,  // more than json::Strict::max_depth levels
    not_an_object,
    twice,
    wrong_type,  // or a number that none can be asked for
    too_long,    // a model's name of more than max_name bytes
  };
  Why why = Why::not_json;
  std::string_view member{};  // which one, for the last three
  std::uint64_t at = 0;       // offset of the byte where it shows

  // One sentence for whoever sent the body.
  [[nodiscard]] std::string sentence() const;
};

class RequestReader {
 public:
  RequestReader() : json_(*this) {}
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  RequestReader(RequestReader&&) = delete;
  RequestReader& operator=(RequestReader&&) = delete;
  ~RequestReader() = default;

  // The next bytes. False when the body is unclear already: the rest need not be fed.
  bool feed(std::string_view bytes);
  // There are no more. To be called once.
  [[nodiscard]] std::expected<Body, Unclear> finish();
  // After finish: how the body is made to ask for usage in its stream; nothing when it does, or has no way to.
  [[nodiscard]] std::optional<Edit> edit_to_include_usage() const noexcept {
    return streams_ ? usage_.edit() : std::nullopt;
  }

  // What json::Strict tells.
  void opened(bool object, json::Offset at);
  void closed(bool object, json::Offset end);
  void key(std::string_view name, bool cut);
  void string_opened(json::Offset at);
  void string_part(std::string_view text);
  void string_closed(json::Offset end);
  void number(std::string_view digits, bool cut, json::Offset at, json::Offset end);
  void literal(char first, json::Offset at, json::Offset end);

 private:
  void unclear(Unclear::Why why, std::string_view member, json::Offset at);
  // A value that is no string, number or literal begins, or one of those: does its member allow it?
  void value(char first, json::Offset at);
  void find(std::string_view member);
  [[nodiscard]] Fact fact() const noexcept { return name_ == nullptr ? Fact::nothing : name_->fact; }

  json::Strict<RequestReader> json_;
  Body body_;
  std::optional<Unclear> unclear_;
  const Name* name_ = nullptr;  // what the next value is
  std::string_view object_{};   // the member of the outermost object that is being read, when the table knows it
  bool in_prompt_ = false;      // that member holds a prompt
  bool in_prompts_ = false;     // it is `prompt`, which may be a list of them
  std::uint64_t prompts_ = 0;
  std::uint16_t seen_ = 0;  // a bit for each Fact that may come once
  bool streams_ = false;
  std::string mode_;  // response_mode, its beginning
  PromptCounter prompt_;
  IncludeUsage usage_;
};

}  // namespace weir::usage
