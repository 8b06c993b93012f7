// tally.hpp: what the values of an answer's events add up to. It is the sink of the scanner.
#pragma once

#include <cstdint>
#include <string_view>

#include "usage/dialect.hpp"
#include "usage/json/scanner.hpp"
#include "usage/label.hpp"
#include "usage/protocol.hpp"
#include "usage/providers/table.hpp"
#include "usage/reading.hpp"
#include "usage/text.hpp"

namespace weir::usage {

class Tally {
 public:
  explicit Tally(Protocol protocol) noexcept : table_(&providers::table_of(protocol)) {}

  // Of json::Scanner.
  void number(std::uint8_t leaf, std::string_view digits) noexcept;
  void text(std::uint8_t leaf, std::string_view value) noexcept;
  void length(std::uint8_t leaf, Text piece) noexcept;
  void other(std::uint8_t leaf, json::Kind kind) noexcept;
  void element() noexcept { end_event(); }

  // Events do not repeat the text before them.
  void text_comes_once() noexcept { text_comes_once_ = true; }
  // The event's last byte was read.
  void end_event() noexcept;
  // What was counted since `before` was wrong.
  void take_back(const Reading& before) noexcept { reading_ = before; }
  // The protocol's last event was read, or an error's.
  void last() noexcept { last_ = true; }
  void error() noexcept { error_ = true; }
  void tell(Dialect dialect) noexcept {
    if (dialect_ == Dialect::unknown) dialect_ = dialect;
  }

  [[nodiscard]] const json::Paths& paths() const noexcept { return *table_->paths; }
  [[nodiscard]] const Reading& reading() const noexcept { return reading_; }
  [[nodiscard]] Text seen() const noexcept;       // text of the answer, the unfinished event's too
  [[nodiscard]] Text uncounted() const noexcept;  // of it, what came after the last count of the output
  [[nodiscard]] Dialect dialect() const noexcept { return dialect_; }
  [[nodiscard]] bool is_finished() const noexcept { return finished_; }
  [[nodiscard]] bool is_last() const noexcept { return last_; }
  [[nodiscard]] bool is_error() const noexcept { return error_; }
  [[nodiscard]] bool is_odd() const noexcept { return odd_; }
  [[nodiscard]] std::string_view model() const noexcept { return model_.text(); }
  [[nodiscard]] std::string_view id() const noexcept { return id_.text(); }

 private:
  [[nodiscard]] Field meant(std::uint8_t leaf) noexcept;

  const providers::Table* table_;
  Reading reading_;
  Text seen_;
  Text uncounted_;
  Text event_;  // of the event being read
  Dialect dialect_ = Dialect::unknown;
  bool event_output_ = false;  // the event being read counts the output
  bool event_total_ = false;   // or all
  bool text_comes_once_ = false;
  bool finished_ = false;
  bool last_ = false;
  bool error_ = false;
  bool odd_ = false;  // a count was no count
  Label model_;
  Label id_;
};

}  // namespace weir::usage
