// log_sink.hpp: where access log lines end up: a file that may be moved away, or stdout, which a reader may stop
// reading. One thread uses it, and it alone may wait here.
#pragma once

#include "config/config.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir::gateway {

class LogSink {
 public:
  LogSink() = default;
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;
  ~LogSink() { close(); }

  [[nodiscard]] bool is_on() const { return target_.to != config::AccessLog::To::off; }

  // What the functions below return when something went wrong: what, as a phrase for a log.
  using Trouble = std::optional<std::string>;

  // From now on lines go there. follow() tries again what went wrong.
  Trouble change(const config::AccessLog& target);

  // Opens the file that bears the name now, if it is another than the one that is open, or none is.
  Trouble follow();

  // Writes whole lines, and waits for whoever reads a pipe until `give_up` says so. `written`: bytes.
  Trouble write(std::string_view lines, std::size_t& written, const std::function<bool()>& give_up);

 private:
  void close();
  [[nodiscard]] bool wait_until_writable(const std::function<bool()>& give_up) const;

  config::AccessLog target_;
  int file_ = -1;
  bool waits_ = false;  // a pipe, socket or terminal: a write could wait for its reader
  bool torn_ = false;   // the last line lacks its end: the disk was full
};

}  // namespace weir::gateway
