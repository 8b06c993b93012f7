// json_text.hpp: JSON values (RFC 8259) as they stand in a line, read from its front to its end. Texts without an
// escape are views of the line. Bytes above 127 pass as they are: keys are data.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace weir::cli::trace {

class JsonText {
 public:
  using Wrong = std::unexpected<std::string_view>;  // what is wrong, a sentence

  explicit JsonText(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // Skips blanks.
  [[nodiscard]] char peek();        // the next character; 0 at the end
  [[nodiscard]] bool take(char c);  // the next character, if it is this one
  [[nodiscard]] bool at_end();

  // Decodes into `scratch` only when there is an escape; the view is of the line or of `scratch`.
  [[nodiscard]] std::expected<std::string_view, std::string_view> string(std::string& scratch);
  [[nodiscard]] std::expected<std::string_view, std::string_view> number();  // as it is written
  [[nodiscard]] bool null();                                                 // the next value, if it is null
  // Any value, of at most 64 levels. The error, if any.
  [[nodiscard]] std::expected<void, std::string_view> skip(int levels = 64);

 private:
  [[nodiscard]] std::expected<void, std::string_view> append_escape(std::string& out);
  [[nodiscard]] std::expected<unsigned, std::string_view> hex4();
  [[nodiscard]] bool word(std::string_view word);

  const char* at_;
  const char* end_;
};

}  // namespace weir::cli::trace
