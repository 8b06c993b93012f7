// throttled_account.hpp: a Lambda that throttles beyond a number of calls at once, and callers that want more than
// that, in virtual time. Everything by chance comes from one seed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <vector>

#include "lambda/policy/concurrency.hpp"

namespace weir::lambda {

enum class Latency : unsigned char { constant, exponential, heavy_tailed };

struct Account {
  // From this second on, this many calls may run.
  struct Ceiling {
    double from = 0;
    std::uint32_t calls = 0;
  };
  std::vector<Ceiling> ceilings;
  Latency latency = Latency::constant;
  double mean = 0.1;          // seconds that a call runs
  double network = 0.002;     // the longest way, in seconds; each way takes from a quarter of it up
  std::uint32_t callers = 0;  // each asks again at once when it got its answer
  double patience = 0.01;     // seconds until a caller that was refused asks again, on average
  double warm_up = 5;         // seconds that do not count
  double duration = 60;
};

struct Seen {
  std::uint64_t answered = 0;
  std::uint64_t throttled = 0;
  std::uint64_t shed = 0;
  double busy = 0;      // seconds that calls ran
  double possible = 0;  // seconds that calls could have run

  [[nodiscard]] double throughput() const { return busy / possible; }
  [[nodiscard]] double throttled_share() const {
    return static_cast<double>(throttled) / std::max(1.0, static_cast<double>(answered + throttled));
  }
};

class Simulation {
 public:
  Simulation(Account account, Concurrency::Settings settings, std::uint64_t seed)
      : account_(std::move(account)), concurrency_(settings), chance_(seed) {}

  Seen run() {
    for (std::uint32_t caller = 0; caller < account_.callers; ++caller)
      at(uniform(0, account_.patience), [this] { ask(); });
    while (!events_.empty() && events_.top().time < account_.duration) {
      now_ = events_.top().time;
      const std::function<void()> happen = events_.top().happen;
      events_.pop();
      happen();
    }
    for (std::size_t at = 0; at < account_.ceilings.size(); ++at) {
      const double end = at + 1 < account_.ceilings.size() ? account_.ceilings[at + 1].from : account_.duration;
      const double begin = std::max(account_.ceilings[at].from, account_.warm_up);
      seen_.possible += std::max(0.0, end - begin) * account_.ceilings[at].calls;
    }
    return seen_;
  }

 private:
  struct Event {
    double time;
    std::uint64_t number;
    std::function<void()> happen;
    bool operator<(const Event& other) const { return time != other.time ? time > other.time : number > other.number; }
  };

  void at(double time, std::function<void()> happen) { events_.push({time, ++number_, std::move(happen)}); }
  double uniform(double from, double to) { return std::uniform_real_distribution<double>(from, to)(chance_); }
  double way() { return uniform(account_.network / 4, account_.network); }
  [[nodiscard]] Instant instant() const { return Instant(static_cast<std::int64_t>(now_ * 1e9)); }
  [[nodiscard]] bool counts() const { return now_ >= account_.warm_up; }

  double runs_for() {
    switch (account_.latency) {
      case Latency::exponential:
        return std::exponential_distribution<double>(1 / account_.mean)(chance_);
      case Latency::heavy_tailed: {  // log-normal with the same mean; one in a hundred takes six times the median and
                                     // more
        constexpr double sigma = 0.8;
        return std::lognormal_distribution<double>(std::log(account_.mean) - sigma * sigma / 2, sigma)(chance_);
      }
      case Latency::constant:
        break;
    }
    return account_.mean;
  }

  [[nodiscard]] std::uint32_t ceiling() const {
    std::uint32_t calls = 0;
    for (const Account::Ceiling& each : account_.ceilings) {
      if (each.from <= now_) calls = each.calls;
    }
    return calls;
  }

  void ask() {
    const std::optional<Concurrency::Place> place = concurrency_.enter(instant());
    if (!place) {
      if (counts()) ++seen_.shed;
      at(now_ + uniform(0, 2 * account_.patience), [this] { ask(); });
      return;
    }
    at(now_ + way(), [this, place = *place] { arrive(place); });
  }

  void arrive(const Concurrency::Place& place) {
    if (running_ >= ceiling()) {
      at(now_ + way(), [this, place] {
        if (counts()) ++seen_.throttled;
        concurrency_.leave(place, instant(), Concurrency::End::throttled, ThrottleReason::concurrent_invocations);
        at(now_ + uniform(0, 2 * account_.patience), [this] { ask(); });
      });
      return;
    }
    ++running_;
    const double begin = now_;
    at(now_ + runs_for(), [this, place, begin] {
      --running_;
      if (counts()) seen_.busy += now_ - std::max(begin, account_.warm_up);
      at(now_ + way(), [this, place] {
        if (counts()) ++seen_.answered;
        concurrency_.leave(place, instant(), Concurrency::End::answered);
        ask();
      });
    });
  }

  Account account_;
  Concurrency concurrency_;
  std::mt19937_64 chance_;
  std::priority_queue<Event> events_;
  std::uint64_t number_ = 0;
  double now_ = 0;
  std::uint32_t running_ = 0;
  Seen seen_;
};

}  // namespace weir::lambda
