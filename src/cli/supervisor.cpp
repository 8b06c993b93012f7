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
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "cli/child_process.hpp"
#include "cli/envoy_admin.hpp"
#include "cli/exit_status.hpp"
#include "cli/file_descriptor.hpp"
#include "gateway/alert_settings.hpp"
#include "gateway/store_reference.hpp"

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

// A listener that moves away cuts the streams it has after as long as a gateway that ends does.
std::string drain_seconds(std::chrono::nanoseconds drain) {
  return std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(drain).count()));
}

Launch launch_of(const Supervision& what, const config::Config& config) {
  // Envoy's own level is at least `warning`: what it refuses must be explained, even under --log-level off.
  const LogLevel level = std::min(what.log_level, LogLevel::warning);
  std::vector<std::pair<std::string, std::string>> environment = gateway::store_passwords(config.store);
  std::ranges::move(gateway::alert_secrets(config.alerts), std::back_inserter(environment));
  environment.emplace_back("ENVOY_DYNAMIC_MODULES_SEARCH_PATH", what.module_folder);
  return {.program = what.envoy,
          .arguments = {"--config-path", what.bootstrap, "--concurrency", std::to_string(what.workers),
                        "--disable-hot-restart",  // its shared memory would tie gateways on one machine together
                        "--component-log-level", "aws:warning",  // below, it prints what it signs, session tokens too
                        "--drain-time-s", drain_seconds(config.drain), "--log-level", std::string(to_string(level)),
                        "--log-format", std::string(envoy_log_format)},
          .environment = std::move(environment)};
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
  Supervisor(const Supervision& what, LiveConfig& live, ChildProcess envoy, FileDescriptor signals)
      : what_(what),
        live_(live),
        envoy_(std::move(envoy)),
        signals_(std::move(signals)),
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
        return live_.step();
      case State::draining:
        return drain();
      case State::stopping:
        if (spent() > stop_patience) envoy_.send(SIGKILL);
        return;
    }
  }

  void start() {
    const config::Config& config = live_.in_force();
    if (live_.envoy().is_ready() && answers(config.listen) && (!config.admin || answers(config.admin->address))) {
      if (config.admin) std::cerr << "weir: admin API on http://" << to_string(config.admin->address) << '\n';
      // Last: whoever waits for it knows that all is there.
      std::cerr << "weir: listening on " << (config.tls ? "https://" : "http://") << to_string(config.listen) << " ("
                << counted(what_.workers, "worker") << ")\n";
      return enter(State::serving);
    }
    const bool refused = live_.envoy().refusals() > 0;
    if (!refused && spent() < start_patience) return;
    if (!refused) std::cerr << "weir: Envoy is not ready after " << seconds(start_patience) << "; giving up.\n";
    failed_ = true;
    refused_ = refused;
    stop();
  }

  void drain() {
    const auto open = live_.envoy().open();
    const bool nothing_open = open && open->requests == 0 && open->bytes == 0;
    // Seen twice: a request that was on its way in at the first look is counted at the second.
    if (nothing_open && std::exchange(seen_idle_, true)) return stop();
    if (!nothing_open) seen_idle_ = false;
    if (spent() < live_.in_force().drain) return;
    if (open && open->requests > 0) {
      std::cerr << "weir: " << counted(open->requests, "request") << " cut off, still open after "
                << seconds(live_.in_force().drain) << " (`drain`)\n";
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
    live_.release_ports();
    enter(State::draining);
    if (!live_.envoy().drain()) return stop();
    if (const auto open = live_.envoy().open(); open && open->requests > 0) {
      std::cerr << "weir: " << counted(open->requests, "request") << " still open; waiting up to "
                << seconds(live_.in_force().drain) << " (again to stop at once)\n";
    }
  }

  void wait_for_news() {
    int patience = -1;
    if (state_ == State::serving) patience = static_cast<int>(live_.patience().count());
    if (state_ == State::starting) patience = start_poll.count();
    if (state_ == State::draining) patience = drain_poll.count();
    if (state_ == State::stopping) patience = 100;
    const bool follows = state_ == State::serving;
    std::array<pollfd, 5> news{pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = log_open_ ? envoy_.output() : -1, .events = POLLIN, .revents = 0},
                               pollfd{.fd = envoy_.ended_fd(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = follows ? live_.config_fd() : -1, .events = POLLIN, .revents = 0},
                               pollfd{.fd = follows ? live_.certificate_fd() : -1, .events = POLLIN, .revents = 0}};
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
    if (failed_ && !refused_) return unreachable;
    const std::string how = describe_end(wait_status);
    if (state_ == State::serving) {
      std::cerr << "weir: Envoy ended by itself, with " << how << "; the gateway is down.\n";
      return unreachable;
    }
    for (const std::string& error : log_.errors()) {
      if (error.find("Address already in use") == std::string::npos) continue;
      std::cerr << "weir: " << describe_taken(live_.in_force().listen) << '\n';
      return unreachable;
    }
    if (refused_) {
      std::cerr << "weir: Envoy does not accept its configuration";
      if (what_.log_level > LogLevel::error && !log_.errors().empty()) std::cerr << ": " << log_.errors().back();
      std::cerr << '\n';
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
  LiveConfig& live_;
  ChildProcess envoy_;
  FileDescriptor signals_;
  EnvoyLog log_;
  bool log_open_ = true;
  State state_ = State::starting;
  Clock::time_point since_ = Clock::now();
  bool told_to_stop_ = false;
  bool seen_idle_ = false;
  bool failed_ = false;
  bool refused_ = false;  // it started, and does not accept what it is to serve
};

}  // namespace

void hold_signals() {
  const sigset_t signals = held_signals();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is an error of the write, not an end
}

int supervise(const Supervision& what, LiveConfig& live) {
  const sigset_t signals = held_signals();
  FileDescriptor signal_fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  auto envoy = ChildProcess::start(launch_of(what, live.in_force()));
  if (!envoy) {
    std::cerr << "weir: " << envoy.error() << '\n';
    return unreachable;
  }
  return Supervisor(what, live, std::move(*envoy), std::move(signal_fd)).run();
}

}  // namespace weir::cli
