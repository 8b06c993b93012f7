// input.hpp: bytes to lines. Blocks are read as they come, so a trace may be larger than memory, or a pipe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli::trace {

// Puts at most `size` bytes at `to`; 0 at the end of all; the error says why nothing can be read.
using Source = std::function<std::expected<std::size_t, std::string>(char* to, std::size_t size)>;

[[nodiscard]] Source from_descriptor(int number);  // which must stay open
[[nodiscard]] Source from_text(std::string_view text);

class Input {
 public:
  static constexpr std::size_t longest = std::size_t{1} << 20;  // bytes of a record, its line feeds included
  enum class Step { line, end, failed };

  explicit Input(Source source);

  // The next line without its line feed (and the carriage return before that); a view that holds until the next call.
  [[nodiscard]] Step next(std::string_view& line);
  // Adds the line after it to `line`, the last that `next` gave, with a line feed between them. False, with `line` as
  // it was, when there is none or `failure` tells why not.
  [[nodiscard]] bool extend(std::string_view& line);

  [[nodiscard]] std::uint64_t number() const { return first_; }          // of the record's first line, from 1
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }           // read so far
  [[nodiscard]] const std::string& failure() const { return failure_; }  // empty when all is well

 private:
  [[nodiscard]] bool find_line(std::size_t from);  // sets end_ and after_
  [[nodiscard]] bool fill();
  [[nodiscard]] std::string_view line() const;

  Source source_;
  std::vector<char> buffer_;
  std::size_t start_ = 0;   // of the record
  std::size_t end_ = 0;     // of the record, without its line feed
  std::size_t after_ = 0;   // where the next line starts
  std::size_t filled_ = 0;  // bytes of the buffer that hold something
  std::uint64_t first_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
  std::string failure_;
};

}  // namespace weir::cli::trace
