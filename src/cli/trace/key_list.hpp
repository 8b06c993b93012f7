// key_list.hpp: a key of several parts, written as a JSON list of strings: `["203.0.113.9", "/login"]`.
#pragma once

#include "cli/trace/json_text.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli::trace {

// Reads one list after the other into memory that it keeps.
class KeyList {
 public:
  // The error is what is wrong with the list, a sentence.
  [[nodiscard]] std::expected<void, std::string_view> read(JsonText& json);
  [[nodiscard]] std::expected<void, std::string_view> read_all(std::string_view text);  // nothing behind the list

  [[nodiscard]] int parts() const { return static_cast<int>(parts_); }
  [[nodiscard]] std::string_view text() const { return text_; }  // as a limiter knows this key

 private:
  std::vector<std::string> decoded_;     // of the parts with an escape
  std::vector<std::string_view> views_;  // of the parts
  std::size_t parts_ = 0;
  std::string text_;
};

}  // namespace weir::cli::trace
