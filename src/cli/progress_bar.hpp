// progress_bar.hpp: how far a long job is, on a terminal's last line; nothing where there is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace weir::cli {

class ProgressBar {
 public:
  // `total` in bytes; 0: not known, as of a pipe. Shows itself on standard error after half a second.
  explicit ProgressBar(std::uint64_t total);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { clear(); }

  void show(std::uint64_t done, std::uint64_t calls);  // at most ten times a second
  void clear();                                        // the line is as it was

 private:
  using Clock = std::chrono::steady_clock;
  std::uint64_t total_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point next_ = started_ + std::chrono::milliseconds(500);
};

// `[#########...........]  45%  4,500,000 calls, 3,000,000/s`; without a known total the calls alone.
[[nodiscard]] std::string progress_line(std::uint64_t done, std::uint64_t total, std::uint64_t calls,
                                        std::chrono::duration<double> elapsed);

}  // namespace weir::cli
