// text_table.hpp: a table for people: the first columns to the left, numbers to the right.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace weir::cli {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> columns, std::size_t left_aligned = 1)
      : left_aligned_(left_aligned), rows_{std::move(columns)} {}

  void add_column(std::string name) { rows_.front().push_back(std::move(name)); }  // before any row
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  [[nodiscard]] std::string text() const;  // two blanks between columns; each row ends with a line feed

 private:
  std::size_t left_aligned_;
  std::vector<std::vector<std::string>> rows_;  // the names first
};

[[nodiscard]] std::string grouped_digits(bool negative, std::uint64_t magnitude);

// `1,234,567`
template <std::integral Number>
[[nodiscard]] std::string grouped(Number number) {
  const auto bits = static_cast<std::uint64_t>(number);
  const bool negative = std::cmp_less(number, 0);
  return grouped_digits(negative, negative ? 0 - bits : bits);
}

}  // namespace weir::cli
