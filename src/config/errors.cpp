#include "config/errors.hpp"

#include "config/utf8.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir::config {
namespace {

constexpr int longest_underline = 200;                // characters
constexpr std::size_t longest_underline_bytes = 800;  // of at most 4 bytes each

std::size_t bytes_before(Spot spot, std::string_view line) {
  return std::min(line.size(), static_cast<std::size_t>(std::max(spot.column, 0)));
}

}  // namespace

std::optional<std::size_t> quoted_size(std::string_view text) {
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote != '\'' || i + 1 >= text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return std::nullopt;
}

Errors::Errors(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1)) {
    starts_.push_back(end + 1);
  }
}

std::string_view Errors::line(int line) const {
  const auto index = static_cast<std::size_t>(line);
  if (line < 0 || index >= starts_.size()) return {};
  const std::size_t end = index + 1 < starts_.size() ? starts_[index + 1] - 1 : text_.size();
  std::string_view found = text_.substr(starts_[index], end - starts_[index]);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

std::string_view Errors::text_from(Spot spot) const {
  const auto index = static_cast<std::size_t>(spot.line);
  if (spot.line < 0 || index >= starts_.size()) return {};
  return text_.substr(std::min(text_.size(), starts_[index] + static_cast<std::size_t>(std::max(spot.column, 0))));
}

std::size_t Errors::underlined(Spot spot, std::string_view line) const {
  std::string_view rest = line.substr(std::min(line.size(), static_cast<std::size_t>(std::max(spot.column, 0))));
  std::size_t before = 0;
  while (!rest.empty() && (rest.front() == '&' || rest.front() == '!')) {  // an anchor or a tag stands before its value
    const std::size_t value = rest.find_first_not_of(" \t", std::min(rest.find_first_of(" \t"), rest.size()));
    if (value == std::string_view::npos) break;
    before += value;
    rest.remove_prefix(value);
  }
  if (rest.empty()) return 1;
  if (rest.front() == '"' || rest.front() == '\'') return before + quoted_size(rest).value_or(rest.size());
  return before + std::clamp<std::size_t>(spot.size, 1, rest.size());
}

int Errors::column(Spot spot) const {
  const std::string_view found = line(spot.line);
  return count_code_points(found.substr(0, bytes_before(spot, found))) + 1;
}

void Errors::add(Spot spot, std::string message) {
  if (full()) {
    ++dropped_;
    return;
  }
  const std::string_view found = line(spot.line);
  const std::string_view marked = found.substr(bytes_before(spot, found), underlined(spot, found));
  errors_.push_back(
      {.line = spot.line + 1,
       .column = column(spot),
       .length = std::clamp(count_code_points(marked.substr(0, longest_underline_bytes)), 1, longest_underline),
       .message = std::move(message)});
}

std::vector<Error> Errors::take() {
  const auto order = [](const Error& e) { return std::tie(e.line, e.column, e.message); };
  std::ranges::sort(errors_, {}, order);
  const auto same = std::ranges::unique(errors_, {}, order);  // an alias repeats what is wrong with its anchor
  errors_.erase(same.begin(), same.end());
  if (dropped_ > 0) errors_.push_back({.message = "and " + std::to_string(dropped_) + " more errors"});
  return std::exchange(errors_, {});
}

}  // namespace weir::config
