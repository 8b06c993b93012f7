// load.hpp: callers in a closed loop, and arrivals that wait for nobody; and what was seen of either.
//
// What is asked is a function `ask(key, done)` that returns at once and calls `done(bool well)` later, on the
// io_context, never inside the call. Nothing here is thread-safe: one thread runs it all, which is what is measured.
#pragma once

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>
#include <vector>

namespace bench {

using Steady = std::chrono::steady_clock;

// Random keys as redis-benchmark spells its own: 12 digits, from 0 to below `keys`.
class Keys {
 public:
  Keys(std::uint64_t keys, std::uint64_t seed) : random_(seed), number_(0, keys - 1) { text_.fill('0'); }
  // Lives until the next one.
  std::string_view next() {
    std::uint64_t rest = number_(random_);
    for (std::size_t at = text_.size(); at-- > 0; rest /= 10) text_[at] = static_cast<char>('0' + rest % 10);
    return {text_.data(), text_.size()};
  }

 private:
  std::mt19937_64 random_;
  std::uniform_int_distribution<std::uint64_t> number_;
  std::array<char, 12> text_;
};

class Seen {
 public:
  // Of so many calls memory is taken before the clock runs.
  explicit Seen(std::size_t expected) {
    waits_.resize(expected);
    waits_.clear();
  }
  void add(Steady::duration wait, bool well) {
    if (!well) ++failed_;
    waits_.push_back(static_cast<std::uint32_t>(std::min<std::int64_t>(wait.count(), UINT32_MAX)));
  }
  void add_untimed(std::size_t calls, bool well) {
    untimed_ += calls;
    if (!well) ++failed_;
  }
  [[nodiscard]] std::size_t calls() const { return waits_.size() + untimed_; }
  // One JSON line; a call that was not answered well ends the program. `before`: calls of the warm-up.
  void tell(Steady::duration time, std::size_t before) {
    if (failed_ != 0 || waits_.empty()) {
      std::fprintf(stderr, "%zu of %zu calls were not answered as they should be\n", failed_, waits_.size());
      std::exit(EXIT_FAILURE);
    }
    std::printf("{\"asked\": %zu, \"calls_per_second\": %.1f, \"p50_us\": %.2f, \"p99_us\": %.2f}\n", before + calls(),
                static_cast<double>(calls()) / std::chrono::duration<double>(time).count(), percentile(50),
                percentile(99));
  }

 private:
  double percentile(std::size_t percent) {
    const auto nth = waits_.begin() + static_cast<std::ptrdiff_t>((waits_.size() - 1) * percent / 100);
    std::nth_element(waits_.begin(), nth, waits_.end());
    return *nth / 1e3;
  }

  std::vector<std::uint32_t> waits_;  // ns
  std::size_t untimed_ = 0;
  std::size_t failed_ = 0;
};

// Each caller asks again as soon as he is answered.
template <class Ask>
class ClosedLoop {
 public:
  ClosedLoop(boost::asio::io_context& io, Ask& ask, Keys& keys) : io_(io), ask_(ask), keys_(keys) {}

  Steady::duration run(std::size_t callers, Steady::duration time, Seen& seen) {
    seen_ = &seen;
    const auto start = Steady::now();
    end_ = start + time;
    for (std::size_t caller = 0; caller < callers; ++caller) call(start);
    io_.restart();
    io_.run();
    return Steady::now() - start;
  }

 private:
  void call(Steady::time_point asked) {
    ask_(keys_.next(), [this, asked](bool well) {
      const auto now = Steady::now();
      seen_->add(now - asked, well);
      if (now < end_) call(now);
    });
  }

  boost::asio::io_context& io_;
  Ask& ask_;
  Keys& keys_;
  Seen* seen_ = nullptr;
  Steady::time_point end_{};
};

// Calls that come at random (a Poisson process), so many a second, whether or not earlier ones were answered. A call
// counts from the moment when it should have come. The thread never sleeps, so that no timer's delay is measured.
template <class Ask>
Steady::duration arrivals(boost::asio::io_context& io, Ask& ask, Keys& keys, double a_second, Steady::duration time,
                          Seen& seen) {
  std::mt19937_64 random(2);
  std::exponential_distribution<double> pause(a_second);
  std::size_t open = 0;
  const auto start = Steady::now();
  const auto end = start + time;
  auto next = start;
  while (next < end || open != 0) {
    const auto now = Steady::now();
    if (next <= now && next < end) {
      ++open;
      ask(keys.next(), [&, asked = next](bool well) {
        --open;
        seen.add(Steady::now() - asked, well);
      });
      next += std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(pause(random)));
      continue;
    }
    if (io.stopped()) io.restart();
    io.poll_one();
  }
  return Steady::now() - start;
}

}  // namespace bench
