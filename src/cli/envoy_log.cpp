#include "cli/envoy_log.hpp"

#include <array>
#include <utility>

namespace weir::cli {

namespace {

constexpr std::array<std::string_view, 7> level_names{"trace", "debug", "info", "warning", "error", "critical", "off"};
constexpr std::size_t longest_line = 65536;  // bytes; a line beyond is cut into several
constexpr std::size_t most_errors = 8;

// Warnings that tell an operator of Weir nothing.
constexpr std::array<std::string_view, 3> known_noise{
    "There is no configured limit to the number of allowed active downstream connections",
    "caught ENVOY_SIGTERM",                         // we sent it
    "Unable to use runtime singleton for feature",  // while Envoy takes itself down
};

bool is_noise(std::string_view message) {
  for (const std::string_view noise : known_noise) {
    if (message.starts_with(noise)) return true;
  }
  return false;
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view word) {
  if (word == "warn") return LogLevel::warning;
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == word) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::string_view to_string(LogLevel level) { return level_names.at(static_cast<std::size_t>(level)); }

EnvoyLog::EnvoyLog(LogLevel shown, Print print) : shown_(shown), print_(std::move(print)) {}

void EnvoyLog::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    rest_.append(bytes.substr(0, end));
    if (end == std::string_view::npos && rest_.size() < longest_line) return;
    line(rest_);
    rest_.clear();
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
  }
}

void EnvoyLog::finish() {
  if (!rest_.empty()) line(std::exchange(rest_, {}));
}

void EnvoyLog::line(std::string_view text) {
  LogLevel level = continued_;
  std::string logger;
  const std::size_t first = text.find('\t');
  const std::size_t second = first == std::string_view::npos ? first : text.find('\t', first + 1);
  if (second != std::string_view::npos) {
    if (const auto named = parse_log_level(text.substr(0, first))) {
      level = *named;
      logger = text.substr(first + 1, second - first - 1);
      text.remove_prefix(second + 1);
    }
  }
  if (level == LogLevel::warning && text.find("config update rejected: ") != std::string_view::npos) {
    level = LogLevel::error;  // the reason why a change, or a start, failed
  }
  continued_ = level;
  if (level >= LogLevel::error && level < LogLevel::off) {
    errors_.emplace_back(text);
    if (errors_.size() > most_errors) errors_.pop_front();
  }
  const bool quiet = shown_ >= LogLevel::warning && is_noise(text);
  if (level < shown_ || quiet) return;
  std::string printed("weir: envoy: ");
  printed.append(to_string(level)).append(": ");
  if (!logger.empty() && shown_ < LogLevel::warning) printed.append(logger).append(": ");
  print_(printed.append(text));
}

}  // namespace weir::cli
