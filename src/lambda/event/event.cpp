#include "lambda/event/event.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lambda/event/head.hpp"
#include "lambda/text/json_cursor.hpp"

namespace weir::lambda {

namespace {

constexpr auto text_types = std::to_array<std::string_view>(
    {"application/json", "application/javascript", "application/xml", "application/x-www-form-urlencoded",
     "application/graphql", "application/x-ndjson", "application/yaml", "application/x-yaml", "application/sql"});

// Pieces of this size keep what escaping may add beyond the bound small.
constexpr std::size_t piece_size = 64U << 10;

// What follows the body.
constexpr std::string_view base64_tail = "\",\"isBase64Encoded\":true}";
constexpr std::string_view text_tail = "\",\"isBase64Encoded\":false}";

constexpr std::string_view tail_without_body(Payload payload) noexcept {
  switch (payload) {
    case Payload::v1:
      return ",\"body\":null,\"isBase64Encoded\":false}";
    case Payload::v2:
      return ",\"isBase64Encoded\":false}";
    case Payload::alb:
      return ",\"body\":\"\",\"isBase64Encoded\":false}";
    case Payload::raw:
      return "{}";
  }
  return {};
}

}  // namespace

bool is_text_type(std::string_view content_type, std::string_view content_encoding) noexcept {
  if (!trimmed(content_encoding).empty() && !same_name(trimmed(content_encoding), "identity")) return false;
  const std::string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  if (type.empty() || same_name(type.substr(0, 5), "text/")) return true;
  const std::size_t plus = type.rfind('+');
  const std::string_view suffix = plus == std::string_view::npos ? std::string_view() : type.substr(plus);
  return same_name(suffix, "+json") || same_name(suffix, "+xml") ||
         std::ranges::any_of(text_types, [type](std::string_view each) { return same_name(type, each); });
}

EventBuilder::EventBuilder(Payload payload, const Request& request, const Context& context, std::size_t max_size,
                           std::size_t body_size)
    : payload_(payload),
      max_size_(max_size),
      is_base64_(!is_text_type(header_value(request, "content-type"), header_value(request, "content-encoding"))) {
  switch (payload) {
    case Payload::v1:
      write_v1_head(event_, request, context);
      break;
    case Payload::v2:
      write_v2_head(event_, request, context);
      break;
    case Payload::alb:
      write_alb_head(event_, request, context);
      break;
    case Payload::raw:
      break;
  }
  const std::size_t written = is_base64_ ? base64_size(body_size) : body_size + body_size / 8;
  event_.reserve(std::min(max_size, event_.size() + written + 64));
}

bool EventBuilder::append(std::string_view body) {
  while (!too_large_ && !body.empty()) {
    const std::string_view piece = body.substr(0, piece_size);
    body.remove_prefix(piece.size());
    append_piece(piece);
    within_bound();
  }
  return !too_large_;
}

void EventBuilder::append_piece(std::string_view body) {
  if (payload_ == Payload::raw) {
    event_ += body;
    return;
  }
  if (body_at_ == 0) open_body();
  if (is_base64_) {
    base64_.append(event_, body);
  } else if (!escaper_.append(event_, body)) {
    become_base64(body);
  }
  body_size_ += body.size();
}

void EventBuilder::open_body() {
  event_ += ",\"body\":\"";
  body_at_ = event_.size();
}

void EventBuilder::become_base64(std::string_view last_piece) {
  std::string read = JsonString{std::string_view(event_).substr(body_at_), true}.text();
  read += escaper_.pending();
  // The text that was written and the character that broke it cover what came before, and this much of the last piece.
  last_piece.remove_prefix(read.size() - body_size_);
  event_.resize(body_at_);
  is_base64_ = true;
  base64_.append(event_, read);
  base64_.append(event_, last_piece);
}

bool EventBuilder::within_bound() {
  const std::size_t tail = payload_ == Payload::raw ? 0 : text_tail.size();
  if (event_.size() + tail <= max_size_) return true;
  too_large_ = true;
  event_ = {};
  return false;
}

std::optional<std::string> EventBuilder::finish() && {
  if (too_large_) return std::nullopt;
  const bool empty = payload_ == Payload::raw ? event_.empty() : body_at_ == 0;
  if (empty) {
    event_ += tail_without_body(payload_);
  } else if (payload_ != Payload::raw) {
    if (!is_base64_ && !escaper_.finished()) become_base64({});
    if (is_base64_) base64_.finish(event_);
    event_ += is_base64_ ? base64_tail : text_tail;
  }
  if (event_.size() > max_size_) return std::nullopt;
  return std::move(event_);
}

}  // namespace weir::lambda
