#include "cli/top_frame.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/admin_command.hpp"
#include "cli/text_table.hpp"
#include "config/shown.hpp"
#include "config/utf8.hpp"

namespace weir::cli {

namespace {

using boost::json::value;

const boost::json::array& list_of(const value& answer, std::string_view name) {
  static const boost::json::array none;
  const auto* object = answer.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::int64_t number_of(const value& row, std::string_view name) {
  const auto* object = row.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

// A text, or a list of them as its JSON.
std::string shown(const value& row, std::string_view name) {
  const auto* object = row.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  if (found == nullptr || found->is_null()) return "-";
  return config::printable(found->is_string() ? std::string_view(found->get_string()) : boost::json::serialize(*found));
}

// An amount of money, in the unit of `prices`; "-" for what has none.
std::string money(const value& row, std::string_view name) {
  const auto* object = row.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(name);
  if (found == nullptr || !found->is_number()) return "-";
  constexpr int decimals = 4;
  std::array<char, 400> text;  // the longest double has 309 digits before its point
  const auto end = std::to_chars(text.data(), text.data() + text.size(), found->to_number<double>(),
                                 std::chars_format::fixed, decimals);
  return {text.data(), end.ptr};
}

std::string of_limits(const value& usage) {
  constexpr std::array columns{"allowed", "limited", "denied", "shadowed", "cost"};
  TextTable table({"limit", "allowed", "limited", "denied", "shadowed", "cost"});
  for (const value& series : list_of(usage, "series")) {
    std::vector<std::string> row{shown(series, "limit")};
    for (const char* column : columns) {
      std::int64_t sum = 0;
      for (const value& point : list_of(series, "points")) sum += number_of(point, column);
      row.push_back(grouped(sum));
    }
    table.add_row(std::move(row));
  }
  return table.text();
}

std::string of_keys(const value& ranking, const std::string& title) {
  const auto& rows = list_of(ranking, "top");
  if (rows.empty()) return {};
  TextTable table(
      {title, "key", text_of(ranking, "by").empty() ? "count" : std::string(text_of(ranking, "by")), "error"}, 2);
  for (const value& row : rows) {
    table.add_row({shown(row, "limit"), shown(row, "key"), grouped(number_of(row, "count")),
                   number_of(row, "error") == 0 ? "" : grouped(number_of(row, "error"))});
  }
  return "\n" + table.text();
}

std::string of_models(const value& tokens) {
  const auto& rows = list_of(tokens, "rows");
  if (rows.empty()) return {};
  TextTable table({"tokens of", "input", "output", "cost"});
  for (const value& row : rows) {
    table.add_row(
        {shown(row, "name"), grouped(number_of(row, "input")), grouped(number_of(row, "output")), money(row, "cost")});
  }
  return "\n" + table.text();
}

std::string of_functions(const value& lambda) {
  const auto& rows = list_of(lambda, "rows");
  if (rows.empty()) return {};
  TextTable table({"function", "outcome", "reason", "requests"}, 3);
  for (const value& row : rows) {
    table.add_row(
        {shown(row, "function"), shown(row, "outcome"), shown(row, "reason"), grouped(number_of(row, "count"))});
  }
  return "\n" + table.text();
}

// The line's first `columns` characters.
std::string_view cut(std::string_view line, std::size_t columns) {
  std::size_t bytes = 0;
  for (std::size_t column = 0; column < columns && bytes < line.size(); ++column) {
    bytes += config::first_code_point(line.substr(bytes)).bytes;
  }
  return line.substr(0, bytes);
}

std::string within(std::string_view text, const FrameSize& size) {
  std::string lines;
  for (std::size_t row = 0; !text.empty() && (size.rows == 0 || row < size.rows); ++row) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    lines.append(size.columns == 0 ? line : cut(line, size.columns)).append("\n");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace

std::string top_frame(const TopAnswers& answers, const std::string& head, const FrameSize& size) {
  const std::string text = head + "\n\n" + of_limits(answers.usage) + of_keys(answers.busiest, "busiest") +
                           of_keys(answers.limited, "most limited") + of_keys(answers.denied, "denied") +
                           of_models(answers.tokens) + of_functions(answers.lambda);
  return within(text, size);
}

}  // namespace weir::cli
