#include "cli/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weir::cli {

namespace {

std::string why(int error) { return std::generic_category().message(error); }

std::vector<std::string> merged_environment(const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    bool replaced = false;
    for (const auto& [name, value] : added) {
      replaced |= text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=';
    }
    if (!replaced) merged.emplace_back(text);
  }
  for (const auto& [name, value] : added) {
    std::string entry = name;
    merged.push_back(entry.append("=").append(value));
  }
  return merged;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Runs between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, pid_t parent,
                         int output, bool capture_output, int failure) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // weir ended before the line above
  ::setpgid(0, 0);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  if (capture_output) ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGHUP, SIGINT, SIGTERM}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;  // a gateway holds two files a request
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  ::execve(program, arguments, environment);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(failure, &error, sizeof error);
  ::_exit(127);
}

std::array<FileDescriptor, 2> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// By number: glibc 2.36 declares pidfd_open() for C alone.
FileDescriptor open_pidfd(pid_t pid) { return FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

}  // namespace

std::expected<ChildProcess, std::string> ChildProcess::start(const Launch& launch) {
  std::vector<std::string> arguments{launch.program.string()};
  arguments.insert(arguments.end(), launch.arguments.begin(), launch.arguments.end());
  std::vector<std::string> environment = merged_environment(launch.environment);
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> environment_pointers = pointers(environment);

  auto [output, their_output] = make_pipe();
  auto [failure, their_failure] = make_pipe();
  if (!output || !failure) return std::unexpected("cannot make a pipe: " + why(errno));

  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return std::unexpected("cannot start a process: " + why(errno));
  if (pid == 0) {
    become(launch.program.c_str(), argument_pointers.data(), environment_pointers.data(), parent, their_output.get(),
           launch.capture_output, their_failure.get());
  }
  their_output.reset();
  their_failure.reset();
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  ChildProcess child(pid, std::move(output), open_pidfd(pid));
  int error = 0;
  ssize_t count = 0;
  do {
    count = ::read(failure.get(), &error, sizeof error);  // ends with exec, or with the child
  } while (count < 0 && errno == EINTR);
  if (count == static_cast<ssize_t>(sizeof error)) {
    return std::unexpected("cannot run " + launch.program.string() + ": " + why(error));
  }
  return child;
}

ChildProcess::ChildProcess(pid_t pid, FileDescriptor output, FileDescriptor ended)
    : pid_(pid), output_(std::move(output)), ended_(std::move(ended)) {}

ChildProcess::~ChildProcess() {
  if (pid_.value < 0 || status_) return;
  send(SIGKILL);
  while (::waitpid(pid_.value, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ChildProcess::send(int signal) const {
  if (pid_.value > 0 && !status_) ::kill(pid_.value, signal);
}

std::optional<int> ChildProcess::status() {
  int status = 0;
  if (!status_ && ::waitpid(pid_.value, &status, WNOHANG) == pid_.value) status_ = status;
  return status_;
}

std::optional<int> ChildProcess::wait(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!status()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= std::chrono::milliseconds::zero()) return std::nullopt;
    pollfd ended{.fd = ended_.get(), .events = POLLIN, .revents = 0};
    ::poll(&ended, 1, static_cast<int>(left.count()));
  }
  return status_;
}

std::string describe_end(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
  }
  return "status " + std::to_string(WEXITSTATUS(wait_status));
}

}  // namespace weir::cli
