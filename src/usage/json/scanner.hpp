// scanner.hpp: reads JSON that comes in pieces cut anywhere, and tells the values that a table of paths wants.
//
// It keeps no more than one short string (a key, a number, a name) and a few words for each of the outer levels,
// whatever the document's size: strings that nobody wants are jumped over. What it accepts is JSON, and a little more
// where nothing depends on it: any bytes but the quote inside strings, any order of a number's characters, a member's
// or an element's last comma. What it does not accept makes it `broken` until begin().
//
// A Sink has
//     void number(uint8_t leaf, string_view digits)       at most 64 bytes; count_of() reads them
//     void text(uint8_t leaf, string_view value)          at most 64 bytes, what was longer is cut
//     void length(uint8_t leaf, Text piece)               a piece of a string, as often as there are some
//     void other(uint8_t leaf, Kind kind)                 a value of another kind than was wanted, or any for
//     Take::kind void element()                                      one document of an array of documents is over
// and none of them throws.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "usage/json/bytes.hpp"
#include "usage/json/paths.hpp"
#include "usage/json/scratch.hpp"
#include "usage/text.hpp"

namespace weir::usage::json {

enum class Kind : std::uint8_t { null, boolean_true, boolean_false, number, string, object, array };

class ScannerState {
 public:
  static constexpr std::size_t max_depth = 512;  // objects and arrays inside each other; more is broken

  [[nodiscard]] bool empty() const noexcept {
    return at_ == At::value && depth_ == 0;
  }  // nothing but white space so far
  [[nodiscard]] bool done() const noexcept { return at_ == At::done; }
  [[nodiscard]] bool between_elements() const noexcept {
    return at_ == At::comma_or_end && depth_ == 1 && node_ == Paths::documents;
  }  // behind an element of an array of documents
  [[nodiscard]] bool broken() const noexcept { return at_ == At::broken; }

 protected:
  enum class At : std::uint8_t {
    value,
    element_or_end,
    key_or_end,
    colon,
    comma_or_end,
    string,
    escape,
    hex,
    number,
    literal,
    done,
    broken
  };
  enum class Into : std::uint8_t { nothing, key, scratch, length };  // what becomes of the string being read

  At at_ = At::value;
  Into into_ = Into::nothing;
  std::uint8_t progress_ = 0;  // of a literal or a \u escape: characters seen
  Kind literal_ = Kind::null;
  std::uint16_t unit_ = 0;  // of a \u escape
  std::uint16_t depth_ = 0;
  Paths::Node node_ = Paths::nowhere;  // the open object or array
  bool in_array_ = false;
  Paths::Target target_;                                    // where the next value leads
  std::array<Paths::Node, Paths::max_depth + 1> nodes_{};   // of the open ones, by depth
  std::array<std::uint64_t, max_depth / 64 + 1> arrays_{};  // a bit for each of the open ones
  Scratch scratch_;
};

template <class Sink>
class Scanner : public ScannerState {
 public:
  explicit Scanner(const Paths& paths) noexcept : paths_(&paths) { begin(); }

  // The next byte is the first of a new document.
  void begin() noexcept {
    at_ = At::value;
    depth_ = 0;
    node_ = Paths::nowhere;
    target_ = {};
  }

  // No more bytes come: a number at the top may end here.
  void finish() noexcept {
    if (at_ == At::number && depth_ == 0) at_ = At::done;
  }

  // Reads up to the document's end or the end of `bytes`; returns how many it took. A number at the top ends with what
  // follows it.
  std::size_t feed(std::string_view bytes, Sink& sink) noexcept;

 private:
  const char* step(const char* at, const char* end, Quotes& quotes, Sink& sink) noexcept;
  const char* value(const char* at, const char* end, Quotes& quotes, Sink& sink) noexcept;
  const char* key(const char* at, const char* end, Quotes& quotes, Sink& sink) noexcept;
  const char* string(const char* at, const char* end, Quotes& quotes, Sink& sink) noexcept;
  const char* escape(const char* at, Sink& sink) noexcept;
  const char* hex(const char* at, Sink& sink) noexcept;
  const char* number(const char* at, const char* end, Sink& sink) noexcept;
  const char* literal(const char* at, const char* end, Sink& sink) noexcept;
  const char* open(const char* at, bool array, Sink& sink) noexcept;
  const char* close(const char* at, bool array, Sink& sink) noexcept;
  const char* wrong(const char* end) noexcept;
  void end_string(Sink& sink) noexcept;
  void told(std::string_view text, bool cut, Sink& sink) noexcept;
  void end_number(std::string_view digits, Sink& sink) noexcept;
  void after_value() noexcept { at_ = depth_ == 0 ? At::done : At::comma_or_end; }
  [[nodiscard]] bool wanted() const noexcept { return target_.leaf != Paths::no_leaf; }

  const Paths* paths_;
};

}  // namespace weir::usage::json

#include "usage/json/scanner_steps.hpp"
