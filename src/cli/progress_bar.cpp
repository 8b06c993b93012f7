#include "cli/progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>

#include "cli/text_table.hpp"

namespace weir::cli {

namespace {

constexpr std::size_t width = 30;  // characters of the bar

}  // namespace

std::string progress_line(std::uint64_t done, std::uint64_t total, std::uint64_t calls,
                          std::chrono::duration<double> elapsed) {
  std::string line;
  if (total > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
    const std::string percent = std::to_string(static_cast<int>(share * 100));
    line = '[' + std::string(filled, '#') + std::string(width - filled, '.') + "] " +
           std::string(3 - percent.size(), ' ') + percent + "%  ";
  }
  line += grouped(calls) + " calls";
  if (elapsed.count() > 0) {
    line += ", " + grouped(static_cast<std::uint64_t>(static_cast<double>(calls) / elapsed.count())) + "/s";
  }
  return line;
}

ProgressBar::ProgressBar(std::uint64_t total) : total_(total), terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressBar::show(std::uint64_t done, std::uint64_t calls) {
  if (!terminal_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  shown_ = true;
  std::fprintf(stderr, "\r%s\033[K", progress_line(done, total_, calls, now - started_).c_str());
}

void ProgressBar::clear() {
  if (shown_) std::fputs("\r\033[K", stderr);
  shown_ = false;
}

}  // namespace weir::cli
