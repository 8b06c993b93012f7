// What recording a decision costs the thread that decides, with a collector beside it as in the gateway, and what ten
// million keys in an hour take of memory.
//
// Prints a line of JSON for each round and case: {"case","contender","round","decision_ns"}, and one of the hour:
// {"case","contender","round","mib","rank_error"}.
#include "analytics/query.hpp"
#include "analytics/recorder.hpp"

#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

using namespace weir::analytics;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Of this thread alone: what the machine does beside it does not count.
double processor_nanos() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

struct Case {
  const char* name;
  std::size_t keys;
  bool skewed;  // the first keys come most
};
constexpr Case cases[] = {{"one key", 1, false},
                          {"1 k keys", 1000, false},
                          {"1 M keys, skewed", 1'000'000, true},
                          {"1 M keys", 1'000'000, false}};
constexpr std::size_t calls = 1 << 20;

std::vector<std::string> keys_of(const Case& what, std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  std::vector<std::string> keys;
  keys.reserve(calls);
  for (std::size_t i = 0; i < calls; ++i) {
    const double unit = std::uniform_real_distribution<double>(0, 1)(chance);
    const double place = what.skewed ? unit * unit * unit * unit : unit;
    keys.push_back("user:" + std::to_string(static_cast<std::size_t>(place * static_cast<double>(what.keys))));
  }
  return keys;
}

double nanos_a_decision(const std::vector<std::string>& keys) {
  Recorder recorder;
  recorder.configure(Terms{});
  const LimitId limit = recorder.limit("per-user");
  std::atomic<bool> over{false};
  double nanos = 0;
  {
    const std::jthread collector([&] {
      for (auto next = Clock::now() + 20ms; !over; std::this_thread::sleep_until(next), next += 20ms)
        recorder.collect(weir::system_time());
    });
    for (int warm = 0; warm < 2; ++warm) {
      const double began = processor_nanos();
      weir::Instant now = weir::system_time();
      std::size_t since = 0;
      for (const std::string& key : keys) {
        if (++since % 64 == 0) now = weir::system_time();  // the decision has asked for it anyway
        recorder.decided(limit, key, since % 8 == 0 ? Outcome::limited : Outcome::allowed, 1, now);
      }
      nanos = (processor_nanos() - began) / static_cast<double>(keys.size());
    }
    over = true;
  }
  if (recorder.dropped() > 0) std::exit(1);
  return nanos;
}

std::size_t resident() {
  std::ifstream statm("/proc/self/statm");
  std::size_t size = 0;
  std::size_t pages = 0;
  statm >> size >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Ten million different keys, and a hundred that come twenty thousand times each; the clock runs along.
void hour_of_keys() {
  constexpr std::size_t rare = 10'000'000;
  constexpr std::size_t busy = 100;
  constexpr std::size_t often = 20'000;
  const std::size_t before = resident();
  Recorder recorder;
  recorder.configure(Terms{});
  const LimitId limit = recorder.limit("per-user");
  const weir::Instant start(std::chrono::hours(480'000));
  std::int64_t error = 0;
  std::size_t found = 0;
  std::size_t most = 0;
  {
    constexpr std::size_t total = rare + busy * often;
    constexpr std::size_t every = total / (busy * often);
    for (std::size_t i = 0; i < total; ++i) {
      const weir::Instant now = start + std::chrono::nanoseconds(1h) / total * i;
      const bool is_busy = i % every == 0;
      const std::string key = is_busy ? "busy:" + std::to_string(i / every % busy) : "rare:" + std::to_string(i);
      recorder.decided(limit, key, Outcome::allowed, 1, now);
      if (i % (total / 3600) == 0) {
        recorder.collect(now);
        most = std::max(most, resident() - before);
      }
    }
  }
  const auto from = std::chrono::duration_cast<std::chrono::milliseconds>(start.time_since_epoch()).count();
  recorder.look_at(from, from + 3'600'000, start + 1h, [&](SeenSlices slices) {
    for (const Ranked& one : top(slices, By::allowed, "per-user", busy)) {
      found += one.key.starts_with("busy:") ? 1 : 0;
      error = std::max(error, one.error);
    }
  });
  std::printf(
      "{\"case\":\"10 M keys in an hour\",\"contender\":\"weir\",\"round\":0,\"mib\":%.1f,\"rank_error\":%lld,"
      "\"busy_found\":%zu}\n",
      static_cast<double>(most) / (1 << 20), static_cast<long long>(error), found);
}

}  // namespace

int main(int count, char** words) {
  const int rounds = count > 1 ? std::atoi(words[1]) : 3;
  hour_of_keys();
  for (int round = 0; round < rounds; ++round) {
    for (const Case& what : cases) {
      const auto keys = keys_of(what, static_cast<std::uint64_t>(round));
      std::printf("{\"case\":\"recording, %s\",\"contender\":\"weir\",\"round\":%d,\"decision_ns\":%.1f}\n", what.name,
                  round, nanos_a_decision(keys));
      std::fflush(stdout);
    }
  }
}
