// child_process.hpp: a program started by weir, that never outlives it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/file_descriptor.hpp"

namespace weir::cli {

struct Launch {
  std::filesystem::path program;
  std::vector<std::string> arguments{};                            // without the program's name
  std::vector<std::pair<std::string, std::string>> environment{};  // added to ours
  bool capture_output = false;  // stdout into the same pipe as stderr; else stdout is ours
};

class ChildProcess {
 public:
  // Starts the program in a process group of its own, so that a terminal's Ctrl-C reaches weir alone; the kernel kills
  // it when the calling thread ends in whatever way, so call this from the main thread. The error is a sentence.
  [[nodiscard]] static std::expected<ChildProcess, std::string> start(const Launch& launch);

  ChildProcess(ChildProcess&&) noexcept = default;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();  // kills and reaps what still runs

  [[nodiscard]] int output() const { return output_.get(); }   // the pipe of its stderr; does not block
  [[nodiscard]] int ended_fd() const { return ended_.get(); }  // readable once it has ended (a pidfd)
  void send(int signal) const;

  // Its wait status once it has ended (waitpid), asked for without waiting.
  [[nodiscard]] std::optional<int> status();
  // Waits at most `patience`.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds patience);

 private:
  ChildProcess(pid_t pid, FileDescriptor output, FileDescriptor ended);
  struct Pid {  // -1 once moved from
    pid_t value = -1;
    explicit Pid(pid_t pid) : value(pid) {}
    Pid(Pid&& other) noexcept : value(std::exchange(other.value, -1)) {}
    Pid& operator=(Pid&&) = delete;
    ~Pid() = default;
  };
  Pid pid_;
  FileDescriptor output_;
  FileDescriptor ended_;
  std::optional<int> status_;
};

// "status 1", "signal 9 (Killed)": how a process ended, from its wait status.
[[nodiscard]] std::string describe_end(int wait_status);

}  // namespace weir::cli
