// terminal_screen.hpp: a terminal's whole screen, given back as it was whichever way the program ends its use of it.
#pragma once

#include <termios.h>

#include <chrono>
#include <optional>
#include <string>

#include "cli/file_descriptor.hpp"
#include "cli/top_frame.hpp"

namespace weir::cli {

class TerminalScreen {
 public:
  // Keys come without echo and without a line's end; SIGINT, SIGTERM, SIGHUP and SIGWINCH come through wait().
  TerminalScreen();
  TerminalScreen(const TerminalScreen&) = delete;
  TerminalScreen& operator=(const TerminalScreen&) = delete;
  ~TerminalScreen();

  void show(const std::string& frame) const;
  [[nodiscard]] static FrameSize size();

  enum class News { none, resized, quit };
  // Until the time is over, the terminal has another size, or somebody wants to leave: q, Ctrl-C, a signal.
  [[nodiscard]] News wait(std::chrono::milliseconds patience) const;

 private:
  FileDescriptor signals_;
  std::optional<termios> before_;  // of standard input, when that is a terminal
};

}  // namespace weir::cli
