// envoy_log.hpp: Envoy's log as people of a gateway want to read it: warnings and errors, in plain lines.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::cli {

enum class LogLevel { trace, debug, info, warning, error, critical, off };

[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view word);
[[nodiscard]] std::string_view to_string(LogLevel level);

// What Envoy is started with (--log-format), so that its lines can be told apart: LEVEL, tab, LOGGER, tab, message.
inline constexpr std::string_view envoy_log_format = "%l\t%n\t%v";

class EnvoyLog {
 public:
  using Print = std::function<void(const std::string& line)>;

  // Lines of at least `shown` go to `print`.
  EnvoyLog(LogLevel shown, Print print);

  void feed(std::string_view bytes);  // in pieces of any size
  void finish();                      // the last line may lack its end

  // The last errors, oldest first, at most 8: why Envoy could not start.
  [[nodiscard]] const std::deque<std::string>& errors() const { return errors_; }

 private:
  void line(std::string_view text);

  LogLevel shown_;
  Print print_;
  std::string rest_;                         // a line that has not ended yet
  LogLevel continued_ = LogLevel::critical;  // of the line before; a line without a level goes with it
  std::deque<std::string> errors_;
};

}  // namespace weir::cli
