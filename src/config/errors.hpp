// errors.hpp: collects what is wrong, each with its place, and hands it out in the text's order.
#pragma once

#include "config/parse.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

// A place as the YAML scanner counts: bytes, from 0.
struct Spot {
  int line = 0;
  int column = 0;
  std::size_t size = 1;  // bytes to underline; quotes and anchors are found by looking at the text
};

// Bytes from the quote that `text` starts with to the one that closes it, both included; nothing when none does.
[[nodiscard]] std::optional<std::size_t> quoted_size(std::string_view text);

class Errors {
 public:
  static constexpr std::size_t most = 1000;  // more than this is counted, not kept

  // `text` must outlive this, and have no byte order mark.
  explicit Errors(std::string_view text);

  void add(Spot spot, std::string message);
  [[nodiscard]] bool empty() const { return errors_.empty(); }
  [[nodiscard]] std::size_t count() const { return errors_.size() + dropped_; }
  [[nodiscard]] bool full() const { return errors_.size() >= most; }
  [[nodiscard]] std::vector<Error> take();  // sorted, each once

  [[nodiscard]] std::string_view line(int line) const;  // without its line break; empty beyond the end
  [[nodiscard]] std::string_view text_from(Spot spot) const;
  [[nodiscard]] int column(Spot spot) const;  // in characters; 1 is the first

 private:
  [[nodiscard]] std::size_t underlined(Spot spot, std::string_view line) const;

  std::string_view text_;
  std::vector<std::size_t> starts_;  // of each line
  std::vector<Error> errors_;
  std::size_t dropped_ = 0;
};

}  // namespace weir::config
