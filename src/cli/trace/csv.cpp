#include "cli/trace/csv.hpp"

#include "config/shown.hpp"

#include <algorithm>
#include <cstring>

namespace weir::cli::trace {

namespace {

using Wrong = std::unexpected<std::string>;

// Takes a field off the front of `rest`, and the comma behind it; `last` tells that there was none.
std::expected<std::string_view, std::string> take_field(std::string_view& rest, std::string& unquoted, bool& last) {
  const auto until = [&rest, &last](std::size_t end) {
    last = end == rest.size();
    rest.remove_prefix(last ? end : end + 1);
  };
  if (!rest.starts_with('"')) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view field = rest.substr(0, end);
    if (!field.empty() && std::memchr(field.data(), '"', field.size()) != nullptr) {
      return Wrong("a quote inside a field without quotes; put the field into quotes and double the quotes in it");
    }
    until(end);
    return field;
  }
  const std::size_t quote = rest.find('"', 1);
  std::size_t end = quote;
  bool plain = true;
  while (end != std::string_view::npos && end + 1 < rest.size() && rest[end + 1] == '"') {
    if (plain) unquoted.clear();
    plain = false;
    end = rest.find('"', end + 2);
  }
  if (end == std::string_view::npos) return Wrong("a quoted field is not closed");
  const std::string_view field = rest.substr(1, end - 1);
  if (end + 1 < rest.size() && rest[end + 1] != ',')
    return Wrong("something stands between a quoted field and the comma");
  until(end + 1);
  if (plain) return field;
  for (std::size_t i = 0; i < field.size(); ++i) {
    unquoted += field[i];
    if (field[i] == '"') ++i;  // the second of two
  }
  return unquoted;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::expected<void, std::string> set(Call& call, Field field, std::string_view value) {
  if (field == Field::key) {
    call.key = value;
    return {};
  }
  value = without_blanks(value);
  if (field == Field::limit) call.limit = value;
  if (field == Field::time) return set_time(call, value);
  if (field == Field::cost && !value.empty()) return set_cost(call, value);
  return {};
}

}  // namespace

std::expected<Csv, std::string> Csv::make(std::string_view header) {
  Csv csv;
  std::array<bool, field_names.size()> seen{};
  std::string unquoted;
  for (bool last = false; !last;) {
    const auto column = take_field(header, unquoted, last);
    if (!column) return Wrong(column.error());
    const std::string_view name = without_blanks(*column);
    const Field field = field_named(name);
    csv.columns_.push_back(field);
    if (field == Field::unknown) {
      if (csv.warning_.empty()) csv.warning_ = unused("column", name);
      continue;
    }
    bool& again = seen[static_cast<std::size_t>(field)];
    if (again) return Wrong("the header names '" + std::string(name) + "' twice");
    again = true;
  }
  if (!seen[static_cast<std::size_t>(Field::time)] || !seen[static_cast<std::size_t>(Field::key)]) {
    return Wrong(
        "a trace starts with a CSV header that names time and key (and cost, limit), like `time,key`, or is JSON "
        "lines" +
        (csv.warning_.empty() ? "" : "; " + csv.warning_));
  }
  return csv;
}

bool Csv::open_at_end(std::string_view record) { return std::ranges::count(record, '"') % 2 != 0; }

std::expected<void, std::string> Csv::read(std::string_view record, Call& call) {
  call = {};
  bool last = false;
  std::string ignored;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (last) {
      return Wrong(std::to_string(i) + (i == 1 ? " field" : " fields") + "; the header names " +
                   std::to_string(columns_.size()));
    }
    const Field column = columns_[i];
    const bool used = column != Field::unknown;
    const auto field = take_field(record, used ? unquoted_[static_cast<std::size_t>(column)] : ignored, last);
    if (!field) return Wrong(field.error());
    if (!used) continue;
    if (auto set_field = set(call, column, *field); !set_field) return set_field;
  }
  if (!last) return Wrong("more fields than the header names, " + std::to_string(columns_.size()));
  return {};
}

}  // namespace weir::cli::trace
