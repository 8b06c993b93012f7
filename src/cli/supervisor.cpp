#include "cli/supervisor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "cli/child_process.hpp"
#include "cli/envoy_admin.hpp"
#include "cli/exit_status.hpp"
#include "cli/file_descriptor.hpp"

namespace weir::cli {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto start_patience = std::chrono::seconds(60);  // a cold disk and a busy machine; Envoy takes 0.3 s
constexpr auto stop_patience = std::chrono::seconds(5);    // from SIGTERM to SIGKILL
constexpr auto start_poll = milliseconds(20);
constexpr auto drain_poll = milliseconds(50);

sigset_t held_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  struct sigaction hang_up{};
  ::sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) ::sigaddset(&signals, SIGHUP);
  return signals;
}

Launch launch_of(const Supervision& what) {
  // Envoy's own level is at least `error`: a start that fails must be able to say why, even under --log-level off.
  const LogLevel level = std::min(what.log_level, LogLevel::error);
  return {.program = what.envoy,
          .arguments = {"--config-path", what.bootstrap, "--concurrency", std::to_string(what.workers),
                        "--disable-hot-restart",  // its shared memory would tie gateways on one machine together
                        "--log-level", std::string(to_string(level)), "--log-format", std::string(envoy_log_format)},
          .environment = {{"ENVOY_DYNAMIC_MODULES_SEARCH_PATH", what.module_folder}}};
}

std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

std::string seconds(std::chrono::nanoseconds time) {
  std::string text = std::to_string(std::chrono::duration<double>(time).count());
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + "s";
}

class Supervisor {
 public:
  Supervisor(const Supervision& what, ListenClaim claim, ChildProcess envoy, FileDescriptor signals)
      : what_(what),
        claim_(std::move(claim)),
        envoy_(std::move(envoy)),
        signals_(std::move(signals)),
        admin_(what.admin_socket),
        log_(what.log_level, [](const std::string& line) { std::cerr << line << '\n'; }) {}

  int run() {
    std::optional<int> status;
    while (!(status = envoy_.status())) {
      step();
      wait_for_news();
    }
    read_log();
    log_.finish();
    return end(*status);
  }

 private:
  enum class State { starting, serving, draining, stopping };

  void enter(State state) {
    state_ = state;
    since_ = Clock::now();
  }
  [[nodiscard]] Clock::duration spent() const { return Clock::now() - since_; }

  void step() {
    switch (state_) {
      case State::starting:
        return start();
      case State::serving:
        return;
      case State::draining:
        return drain();
      case State::stopping:
        if (spent() > stop_patience) envoy_.send(SIGKILL);
        return;
    }
  }

  void start() {
    if (admin_.is_ready() && answers(what_.listen)) {
      std::cerr << "weir: listening on http://" << to_string(what_.listen) << " (" << counted(what_.workers, "worker")
                << ")\n";
      return enter(State::serving);
    }
    if (spent() < start_patience) return;
    std::cerr << "weir: Envoy is not ready after " << seconds(start_patience) << "; giving up.\n";
    failed_ = true;
    stop();
  }

  void drain() {
    const auto open = admin_.open();
    const bool nothing_open = open && open->requests == 0 && open->bytes == 0;
    // Seen twice: a request that was on its way in at the first look is counted at the second.
    if (nothing_open && std::exchange(seen_idle_, true)) return stop();
    if (!nothing_open) seen_idle_ = false;
    if (spent() < what_.drain) return;
    if (open && open->requests > 0) {
      std::cerr << "weir: " << counted(open->requests, "request") << " cut off, still open after "
                << seconds(what_.drain) << " (`drain`)\n";
    }
    stop();
  }

  void stop() {
    envoy_.send(SIGTERM);
    enter(State::stopping);
  }

  void on_signal() {
    signalfd_siginfo signal{};
    if (::read(signals_.get(), &signal, sizeof signal) != sizeof signal) return;
    if (std::exchange(told_to_stop_, true)) {
      envoy_.send(SIGKILL);
      return enter(State::stopping);
    }
    if (state_ != State::serving) return stop();
    claim_.release();
    enter(State::draining);
    if (!admin_.drain()) return stop();
    if (const auto open = admin_.open(); open && open->requests > 0) {
      std::cerr << "weir: " << counted(open->requests, "request") << " still open; waiting up to "
                << seconds(what_.drain) << " (again to stop at once)\n";
    }
  }

  void wait_for_news() {
    int patience = -1;
    if (state_ == State::starting) patience = start_poll.count();
    if (state_ == State::draining) patience = drain_poll.count();
    if (state_ == State::stopping) patience = 100;
    std::array<pollfd, 3> news{pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = log_open_ ? envoy_.output() : -1, .events = POLLIN, .revents = 0},
                               pollfd{.fd = envoy_.ended_fd(), .events = POLLIN, .revents = 0}};
    if (::poll(news.data(), news.size(), patience) < 0) return;
    if (news[1].revents != 0) read_log();
    if (news[0].revents != 0) on_signal();
  }

  void read_log() {
    std::array<char, 65536> chunk{};
    while (log_open_) {
      const ssize_t count = ::read(envoy_.output(), chunk.data(), chunk.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return;
      if (count == 0) log_open_ = false;
      log_.feed({chunk.data(), static_cast<std::size_t>(count)});
    }
  }

  int end(int wait_status) {
    if (told_to_stop_) return ok;
    if (failed_) return unreachable;
    const std::string how = describe_end(wait_status);
    if (state_ == State::serving) {
      std::cerr << "weir: Envoy ended by itself, with " << how << "; the gateway is down.\n";
      return unreachable;
    }
    for (const std::string& error : log_.errors()) {
      if (error.find("Address already in use") == std::string::npos) continue;
      std::cerr << "weir: " << describe_taken(what_.listen) << '\n';
      return unreachable;
    }
    std::cerr << "weir: Envoy could not start, it ended with " << how;
    if (log_.errors().empty()) {
      std::cerr << " and said nothing.\n";
    } else if (what_.log_level > LogLevel::error) {
      std::cerr << ": " << log_.errors().back() << '\n';
    } else {
      std::cerr << " (its errors are above).\n";
    }
    return unreachable;
  }

  Supervision what_;
  ListenClaim claim_;
  ChildProcess envoy_;
  FileDescriptor signals_;
  EnvoyAdmin admin_;
  EnvoyLog log_;
  bool log_open_ = true;
  State state_ = State::starting;
  Clock::time_point since_ = Clock::now();
  bool told_to_stop_ = false;
  bool seen_idle_ = false;
  bool failed_ = false;
};

}  // namespace

void hold_signals() {
  const sigset_t signals = held_signals();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is an error of the write, not an end
}

int supervise(const Supervision& what, ListenClaim claim) {
  const sigset_t signals = held_signals();
  FileDescriptor signal_fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  auto envoy = ChildProcess::start(launch_of(what));
  if (!envoy) {
    std::cerr << "weir: " << envoy.error() << '\n';
    return unreachable;
  }
  return Supervisor(what, std::move(claim), std::move(*envoy), std::move(signal_fd)).run();
}

}  // namespace weir::cli
