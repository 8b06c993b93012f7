#include "cli/terminal_screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string_view>

namespace weir::cli {

namespace {

constexpr std::string_view other_screen = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view own_screen = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view home = "\x1b[H";
constexpr std::string_view rest_of_line = "\x1b[K";
constexpr std::string_view rest_of_screen = "\x1b[J";

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

sigset_t wanted() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&set, signal);
  return set;
}

}  // namespace

TerminalScreen::TerminalScreen() {
  const sigset_t set = wanted();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC));
  termios now{};
  if (::tcgetattr(STDIN_FILENO, &now) == 0) {
    before_ = now;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
  }
  write_all(other_screen);
}

TerminalScreen::~TerminalScreen() {
  write_all(own_screen);
  if (before_) ::tcsetattr(STDIN_FILENO, TCSANOW, &*before_);
}

void TerminalScreen::show(const std::string& frame) const {
  std::string text(home);
  for (std::string_view rest = frame; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    text.append(rest.substr(0, end)).append(rest_of_line);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!rest.empty()) text += '\n';
  }
  write_all(text.append(rest_of_screen));
}

FrameSize TerminalScreen::size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {.columns = 80, .rows = 24};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

TerminalScreen::News TerminalScreen::wait(std::chrono::milliseconds patience) const {
  std::array<pollfd, 2> watched{{{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                 {.fd = before_ ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}}};
  if (::poll(watched.data(), watched.size(), static_cast<int>(patience.count())) <= 0) return News::none;
  if (watched[0].revents != 0) {
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) return News::quit;
    return signal.ssi_signo == SIGWINCH ? News::resized : News::quit;
  }
  char key = 0;
  const ssize_t got = ::read(STDIN_FILENO, &key, 1);
  return got <= 0 || key == 'q' || key == 'Q' ? News::quit : News::none;
}

}  // namespace weir::cli
