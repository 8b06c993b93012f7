// json_cursor.hpp: JSON that is all here, read from left to right without a tree (RFC 8259, checked strictly).
//
//     JsonCursor json(text);
//     const bool whole = json.object([&](const JsonString& key) {
//       if (key.is("statusCode")) return json.take_number(...);
//       return json.skip();
//     }) && json.at_end();
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::lambda {

// A string whose escapes are known to be good. Lone surrogates, which JavaScript writes, become U+FFFD.
struct JsonString {
  std::string_view raw;  // inside the quotes
  bool escaped = false;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is(std::string_view wanted) const { return escaped ? text() == wanted : raw == wanted; }
};

// Writes what the raw inside of a string stands for, never more than its size; `to` may be its own begin. Returns the
// end.
char* unescape(std::string_view raw, char* to) noexcept;

enum class JsonKind : unsigned char { nothing, null, boolean, number, string, array, object };

// Each call that answers false (or nothing) has met what is no JSON, or another kind; the cursor is then of no more
// use.
class JsonCursor {
 public:
  static constexpr int max_depth = 64;

  explicit JsonCursor(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  // Of the value that comes, by its first byte.
  [[nodiscard]] JsonKind kind() noexcept;
  [[nodiscard]] std::optional<JsonString> take_string() noexcept;
  [[nodiscard]] std::optional<bool> take_boolean() noexcept;
  // As it is written.
  [[nodiscard]] std::optional<std::string_view> take_number() noexcept;
  [[nodiscard]] bool take_null() noexcept { return take_word("null"); }
  // Any value.
  [[nodiscard]] bool skip() noexcept;
  // Nothing but white space is left.
  [[nodiscard]] bool at_end() noexcept;
  // What has been read so far ends here.
  [[nodiscard]] const char* position() const noexcept { return at_; }

  // `member` is called after each key, and `element` before each element; they take the value, and say whether all is
  // well.
  template <class Member>
  [[nodiscard]] bool object(Member&& member) {
    return list('{', '}', [&] {
      const std::optional<JsonString> key = take_string();
      return key && take(':') && member(*key);
    });
  }
  template <class Element>
  [[nodiscard]] bool array(Element&& element) {
    return list('[', ']', element);
  }

 private:
  void skip_space() noexcept;
  bool take(char wanted) noexcept;
  bool take_word(std::string_view word) noexcept;
  bool take_escape() noexcept;

  template <class Item>
  bool list(char open, char close, Item&& item) {
    if (!take(open) || ++depth_ > max_depth) return false;
    if (!take(close)) {
      do {
        if (!item()) return false;
      } while (take(','));
      if (!take(close)) return false;
    }
    --depth_;
    return true;
  }

  const char* at_;
  const char* end_;
  int depth_ = 0;
};

}  // namespace weir::lambda
