#include "lambda/answer/streamed.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "lambda/text/json_cursor.hpp"

namespace weir::lambda {

namespace {

using Frames = event_stream::Reader::Next;

constexpr std::string_view delimiter("\0\0\0\0\0\0\0\0", 8);

std::string_view media_type(std::string_view content_type) noexcept {
  return trimmed(content_type.substr(0, content_type.find(';')));
}

// What the end of an invoke says; ErrorCode is null or missing when all went well.
struct Completion {
  bool is_json = false;
  std::string error;
};

Completion read_completion(std::string_view text) {
  Completion completion;
  JsonCursor json(text);
  const auto member = [&](const JsonString& key) {
    if (!key.is("ErrorCode") || json.kind() == JsonKind::null) return json.skip();
    const std::optional<JsonString> code = json.kind() == JsonKind::string ? json.take_string() : std::nullopt;
    if (code) completion.error = code->text();
    return code.has_value();
  };
  completion.is_json = json.object(member) && json.at_end();
  return completion;
}

// A word that may stand in a log.
std::string_view token_or(std::string_view text, std::string_view otherwise) noexcept {
  return text.size() <= 128 && is_field_name(text) ? text : otherwise;
}

}  // namespace

StreamedAnswer::StreamedAnswer(std::string_view content_type, std::string_view method)
    : has_prelude_(same_name(media_type(content_type), http_integration_type)), is_head_request_(method == "HEAD") {
  if (has_prelude_) return;
  const bool usable = !content_type.empty() && is_field_value(content_type);
  head_.headers.push_back({"content-type", usable ? std::string(content_type) : "application/octet-stream"});
}

StreamedAnswer::Next StreamedAnswer::next(std::string_view& bytes) {
  while (true) {
    if (at_ == At::nowhere) return Next::broken;
    if (!after_head_.empty()) {
      const std::string_view piece = std::exchange(after_head_, {});
      if (pass(piece) == Next::body) return Next::body;
    }
    if (at_ == At::completed) {
      at_ = At::ended;
      return Next::end;
    }
    if (at_ == At::ended) {  // nothing follows a completion
      bytes = {};
      return Next::starved;
    }
    Next told = Next::starved;
    switch (reader_.next(bytes)) {
      case Frames::starved:
        return Next::starved;
      case Frames::broken:
        return broken(Outcome::truncated, event_stream::describe(reader_.fault()));
      case Frames::head:
        begin_frame();
        break;
      case Frames::payload:
        told = take_payload();
        break;
      case Frames::end:
        told = end_frame();
        break;
    }
    if (told != Next::starved) return told;
  }
}

StreamedAnswer::Next StreamedAnswer::finish() {
  if (at_ == At::nowhere) return Next::broken;
  if (at_ == At::completed) at_ = At::ended;
  if (at_ == At::ended) return Next::end;
  return broken(Outcome::truncated, "the stream ended before the function did");
}

void StreamedAnswer::begin_frame() {
  const std::string_view message = reader_.text(":message-type");
  const std::string_view event = reader_.text(":event-type");
  frame_ = message == "exception" || message == "error" ? Frame::exception
           : event == "PayloadChunk"                    ? Frame::chunk
           : event == "InvokeComplete"                  ? Frame::complete
                                                        : Frame::unknown;
}

StreamedAnswer::Next StreamedAnswer::take_payload() {
  const std::string_view piece = reader_.payload();
  switch (frame_) {
    case Frame::chunk:
      if (head_told_) return pass(piece);
      if (has_prelude_) return take_prelude(piece);
      after_head_ = piece;
      return tell_head();
    case Frame::complete:
      if (completion_.size() + piece.size() > max_completion)
        return broken(Outcome::truncated, "the last frame is too long");
      completion_ += piece;
      break;
    case Frame::exception:
    case Frame::unknown:
      break;
  }
  return Next::starved;
}

StreamedAnswer::Next StreamedAnswer::take_prelude(std::string_view piece) {
  const std::size_t before = prelude_.size();
  const std::string_view fits = piece.substr(0, max_prelude - before);
  prelude_ += fits;
  const std::size_t overlap = std::min(before, delimiter.size() - 1);
  const std::size_t found = prelude_.find(delimiter, before - overlap);
  if (found == std::string::npos) {
    if (prelude_.size() == max_prelude) return broken(Outcome::malformed, describe(Malformed::prelude));
    return Next::starved;
  }
  std::expected<AnswerHead, Malformed> head = unwrap_prelude(std::string_view(prelude_).substr(0, found));
  if (!head) return broken(Outcome::malformed, describe(head.error()));
  head_ = *std::move(head);
  after_head_ = piece.substr(found + delimiter.size() - before);
  prelude_.clear();
  return tell_head();
}

StreamedAnswer::Next StreamedAnswer::tell_head() {
  head_told_ = true;
  passes_body_ = !is_head_request_ && has_body("", head_.status);
  return Next::head;
}

StreamedAnswer::Next StreamedAnswer::pass(std::string_view piece) {
  if (!passes_body_ || piece.empty()) return Next::starved;
  body_ = piece;
  return Next::body;
}

StreamedAnswer::Next StreamedAnswer::end_frame() {
  if (frame_ == Frame::exception) {
    const std::string_view type = reader_.text(":exception-type");
    return broken(Outcome::lambda_error, token_or(type.empty() ? reader_.text(":error-code") : type, "an exception"));
  }
  return frame_ == Frame::complete ? complete() : Next::starved;
}

StreamedAnswer::Next StreamedAnswer::complete() {
  const Completion completion = read_completion(completion_);
  if (!completion.is_json) return broken(Outcome::truncated, "the last frame is no JSON");
  if (!completion.error.empty()) return broken(Outcome::function_error, token_or(completion.error, "an error"));
  if (has_prelude_ && !head_told_) return broken(Outcome::malformed, describe(Malformed::prelude));
  at_ = At::completed;
  return head_told_ ? Next::starved : tell_head();
}

StreamedAnswer::Next StreamedAnswer::broken(Outcome outcome, std::string_view detail) {
  outcome_ = outcome;
  detail_ = detail;
  at_ = At::nowhere;
  return Next::broken;
}

}  // namespace weir::lambda
