#include "gateway/log_sink.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

namespace weir::gateway {

namespace {

using To = config::AccessLog::To;

constexpr int patience_ms = 50;  // until give_up is asked again

std::string why(std::string_view doing, int error) {
  return std::string(doing) + ": " + std::generic_category().message(error);
}

}  // namespace

void LogSink::close() {
  if (file_ >= 0 && target_.to == To::file) ::close(file_);
  file_ = -1;
  torn_ = false;
}

LogSink::Trouble LogSink::change(const config::AccessLog& target) {
  close();
  target_ = target;
  if (target.to == To::stdout_) file_ = STDOUT_FILENO;
  if (target.to == To::file) return follow();
  struct stat is{};
  waits_ = file_ >= 0 && ::fstat(file_, &is) == 0 && !S_ISREG(is.st_mode);
  return std::nullopt;
}

LogSink::Trouble LogSink::follow() {
  if (target_.to != To::file) return std::nullopt;
  struct stat opened{};
  struct stat named{};
  const bool unchanged = file_ >= 0 && ::fstat(file_, &opened) == 0 && ::stat(target_.file.c_str(), &named) == 0 &&
                         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
  if (unchanged) return std::nullopt;
  // Not blocking: a FIFO that nobody reads is an error, no trap.
  const int file =
      ::open(target_.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
  if (file < 0) return why("cannot open it", errno);  // lines go on into the one that is open, if any
  close();
  file_ = file;
  waits_ = ::fstat(file_, &opened) == 0 && !S_ISREG(opened.st_mode);
  return std::nullopt;
}

bool LogSink::wait_until_writable(const std::function<bool()>& give_up) const {
  while (true) {
    pollfd writable{.fd = file_, .events = POLLOUT, .revents = 0};
    if (::poll(&writable, 1, patience_ms) > 0) return true;
    if (give_up()) return false;
  }
}

LogSink::Trouble LogSink::write(std::string_view lines, std::size_t& written, const std::function<bool()>& give_up) {
  written = 0;
  if (file_ < 0) return "it is not open";
  while (written < lines.size()) {
    if (waits_ && !wait_until_writable(give_up)) return "nobody reads it";
    const std::string_view rest = torn_ && written == 0 ? std::string_view("\n") : lines.substr(written);
    // Where poll() says that there is room, there is room for this much.
    const ssize_t count =
        ::write(file_, rest.data(), waits_ ? std::min<std::size_t>(rest.size(), PIPE_BUF) : rest.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return why("cannot write", count == 0 ? ENOSPC : errno);
    const bool ended_a_torn_line = torn_ && written == 0;
    torn_ = rest[static_cast<std::size_t>(count) - 1] != '\n';
    if (!ended_a_torn_line) written += static_cast<std::size_t>(count);
  }
  return std::nullopt;
}

}  // namespace weir::gateway
