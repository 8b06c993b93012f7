#include "cli/text_table.hpp"

#include <algorithm>

#include "config/utf8.hpp"

namespace weir::cli {

std::string TextTable::text() const {
  const auto width = [](const std::string& cell) { return static_cast<std::size_t>(config::count_code_points(cell)); };
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      out += i == 0 ? "" : "  ";
      out += i < left_aligned_ ? row[i] + padding : padding + row[i];
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  return out;
}

std::string grouped_digits(bool negative, std::uint64_t magnitude) {
  std::string digits = std::to_string(magnitude);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return negative ? '-' + digits : digits;
}

}  // namespace weir::cli
