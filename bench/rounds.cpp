#include "rounds.hpp"

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>

namespace bench {
namespace {

using Steady = std::chrono::steady_clock;

// Of the calling thread, so that what else runs on the machine does not count. About 0.3 us to read.
std::chrono::nanoseconds processor_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

struct Block {
  std::chrono::nanoseconds time{0};
  std::uint64_t calls = 0;
  std::uint64_t allowed = 0;
};

// One thread: its processor time. Several: the time from the moment all stand ready until the last has ended.
Block measure(Contender& contender, std::size_t calls, unsigned threads, std::size_t passes) {
  std::vector<std::uint64_t> allowed(threads);
  const auto part = [&](unsigned thread) {
    const std::size_t from = calls * thread / threads;
    const std::size_t to = calls * (thread + 1) / threads;
    std::uint64_t count = 0;
    for (std::size_t pass = 0; pass < passes; ++pass) count += contender.call(from, to);
    allowed[thread] = count;
  };
  Block block{.calls = calls * passes};
  if (threads == 1) {
    const auto start = processor_time();
    part(0);
    block.time = processor_time() - start;
  } else {
    std::barrier ready(static_cast<std::ptrdiff_t>(threads) + 1);
    std::vector<std::jthread> crew;
    crew.reserve(threads);
    for (unsigned thread = 0; thread < threads; ++thread) {
      crew.emplace_back([&, thread] {
        ready.arrive_and_wait();
        part(thread);
      });
    }
    const auto start = Steady::now();
    ready.arrive_and_wait();
    crew.clear();  // joins
    block.time = Steady::now() - start;
  }
  for (const std::uint64_t count : allowed) block.allowed += count;
  return block;
}

void expect_outcome(const Case& what, const Contender& contender, const Block& block) {
  const double share = static_cast<double>(block.allowed) / static_cast<double>(block.calls);
  if (what.allowed ? share == 1 : share < 0.01) return;
  std::fprintf(stderr, "%s: %s allowed %.4f of its calls; this case wants %s\n", what.name.c_str(),
               contender.name().c_str(), share, what.allowed ? "all" : "almost none");
  std::exit(EXIT_FAILURE);
}

void prepare(Order& order, const Case& what, Contender& contender) {
  if (what.texts && order.texts.empty()) order.spell();
  contender.prepare(order);
}

}  // namespace

void run(const Case& what, const Contenders& contenders, Effort effort) {
  // As many calls as the keys make worth drawing; small sets are passed over several times a block.
  const std::size_t most = what.texts ? std::size_t{1} << 21 : std::size_t{1} << 22;
  const std::size_t calls = std::clamp<std::size_t>(2 * what.keys, std::size_t{1} << 16, most);

  {
    Order order;  // every key is in the table, its pages are mapped
    order.all_once(what.keys, 1);
    for (const auto& contender : contenders) {
      prepare(order, what, *contender);
      measure(*contender, what.keys, 1, 1);
    }
  }
  std::size_t passes = 1;                                 // the same for all, so that they meet the same caches
  for (int round = -1; round < effort.rounds; ++round) {  // round -1 warms up and says how many passes fill a block
    Order order;
    order.draw(what.keys, calls, 1000 + static_cast<std::uint64_t>(round + 1));
    for (std::size_t turn = 0; turn < contenders.size(); ++turn) {
      const std::size_t index = (turn + static_cast<std::size_t>(round + 1)) % contenders.size();
      Contender& contender = *contenders[index];
      prepare(order, what, contender);
      const Block block = measure(contender, calls, what.threads, round < 0 ? 1 : passes);
      if (round < 0) {
        const auto wanted = std::chrono::nanoseconds(effort.block) / std::max(block.time, std::chrono::nanoseconds(1));
        passes = std::max(passes, static_cast<std::size_t>(wanted) + 1);
        continue;
      }
      expect_outcome(what, contender, block);
      std::printf(R"({"case": "%s", "round": %d, "contender": "%s", "ns": %.3f})"
                  "\n",
                  what.name.c_str(), round, contender.name().c_str(),
                  static_cast<double>(block.time.count()) / static_cast<double>(block.calls));
      std::fflush(stdout);
    }
  }
}

}  // namespace bench
