#include "usage/tally.hpp"

#include "usage/events.hpp"
#include "usage/json/number.hpp"

namespace weir::usage {

Field Tally::meant(std::uint8_t leaf) noexcept {
  const providers::Meaning& meaning = table_->meaning(leaf);
  tell(meaning.tells);
  return meaning.field;
}

void Tally::number(std::uint8_t leaf, std::string_view digits) noexcept {
  const Field field = meant(leaf);
  const auto count = json::count_of(digits);
  if (!count) {
    odd_ = true;
    return;
  }
  reading_.set(field, *count);
  if (*count == 0) return;
  event_output_ = event_output_ || field == Field::output || field == Field::billed_output;
  event_total_ = event_total_ || field == Field::total;
}

void Tally::text(std::uint8_t leaf, std::string_view value) noexcept {
  if (value.empty()) return;
  switch (meant(leaf)) {
    case Field::model:
      model_.set_once(value);
      return;
    case Field::id:
      id_.set_once(value);
      return;
    case Field::finish_reason:
      finished_ = finished_ || value != "null";
      return;  // DashScope writes the word
    case Field::event: {
      const Event event = event_of(value);
      tell(event.tells);
      last_ = last_ || event.last;
      error_ = error_ || event.error;
      return;
    }
    default:
      return;
  }
}

void Tally::length(std::uint8_t leaf, Text piece) noexcept {
  static_cast<void>(meant(leaf));
  event_ += piece;
}

void Tally::other(std::uint8_t leaf, json::Kind kind) noexcept {
  if (kind == json::Kind::null) return;  // what is not known yet, of any field
  const Field field = table_->meaning(leaf).field;
  if (field == Field::is_done) {
    tell(table_->meaning(leaf).tells);
    last_ = last_ || kind == json::Kind::boolean_true || kind == json::Kind::object;
  } else if (field == Field::error) {
    error_ = error_ || kind != json::Kind::boolean_false;
  } else if (static_cast<std::size_t>(field) < count_fields) {
    odd_ = true;
  }
}

void Tally::end_event() noexcept {
  // DashScope repeats the text from its beginning, unless it was asked for increments: an event as long as all before
  // it.
  const bool repeats = dialect_ == Dialect::dashscope && !text_comes_once_ && event_.characters() >= seen_.characters();
  if (repeats) {
    seen_ = uncounted_ = event_;
  } else {
    seen_ += event_;
    uncounted_ += event_;
  }
  event_ = {};
  // A total may be of the input alone, as in Gemini's first event.
  const bool in_total = event_total_ && (reading_.counts().output != 0 || !reading_.input_apart());
  if (event_output_ || in_total) uncounted_ = {};
  event_output_ = event_total_ = false;
}

Text Tally::seen() const noexcept {
  Text all = seen_;
  return all += event_;
}

Text Tally::uncounted() const noexcept {
  Text all = uncounted_;
  return all += event_;
}

}  // namespace weir::usage
