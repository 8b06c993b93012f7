// escape.hpp: text into JSON strings, at once or as it comes.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir::lambda {

// Appends the inside of a JSON string out of text that is cut anywhere. What is UTF-8 stays as it is.
class Escaper {
 public:
  // False once the bytes are no UTF-8; what is written then ends somewhere before them.
  [[nodiscard]] bool append(std::string& out, std::string_view text);
  // No more comes. False when the last character was cut.
  [[nodiscard]] bool finished() const noexcept { return pending_size_ == 0; }
  // The begin of a character whose rest has not come.
  [[nodiscard]] std::string_view pending() const noexcept { return {pending_.data(), pending_size_}; }

 private:
  std::array<char, 4> pending_{};
  std::size_t pending_size_ = 0;
};

// In quotes. Bytes that are no UTF-8 become U+FFFD, one each: JSON has no others.
void append_json_string(std::string& out, std::string_view text);

}  // namespace weir::lambda
