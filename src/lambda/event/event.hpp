// event.hpp: a client's request as the event that a function gets, built while its body comes.
//
//     EventBuilder event(Payload::v2, request, context, max_event(invocation), content_length);
//     event.append(piece) ...
//     std::optional<std::string> built = std::move(event).finish();   nothing: it is too large, 413
//
// The body goes into the event once, escaped or as base64, as each piece comes. Whether it is text is its type's matter
// (is_text_type). Text that turns out to be no UTF-8 becomes base64 after all: what was written so far is turned back.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lambda/event/request.hpp"
#include "lambda/text/base64.hpp"
#include "lambda/text/escape.hpp"

namespace weir::lambda {

// text/*, JSON, XML, JavaScript, forms, or no type at all; a content encoding makes anything binary.
[[nodiscard]] bool is_text_type(std::string_view content_type, std::string_view content_encoding) noexcept;

class EventBuilder {
 public:
  // `body_size` is a guess that saves copies. Nothing of `request` and `context` is kept.
  EventBuilder(Payload payload, const Request& request, const Context& context, std::size_t max_size,
               std::size_t body_size = 0);

  // False when the event has become too large; what it held is freed, and it stays so.
  bool append(std::string_view body);

  // The whole event; nothing when it is too large.
  [[nodiscard]] std::optional<std::string> finish() &&;

  // As built so far, in bytes.
  [[nodiscard]] std::size_t size() const noexcept { return event_.size(); }

 private:
  void append_piece(std::string_view body);
  void become_base64(std::string_view last_piece);
  bool within_bound();
  void open_body();

  Payload payload_;
  std::size_t max_size_;
  std::string event_;
  std::size_t body_at_ = 0;    // where the body's text begins; 0 before there is one
  std::size_t body_size_ = 0;  // bytes of it that came
  bool is_base64_ = false;
  bool too_large_ = false;
  Escaper escaper_;
  Base64Writer base64_;
};

}  // namespace weir::lambda
