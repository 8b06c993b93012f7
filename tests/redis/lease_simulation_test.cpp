// Processes that share limits by leases, on a real server under a clock that the test turns: with clocks of their own
// that run fast or slow, questions and answers that are late or lost, and deaths. Whatever happens, no window admits
// more than its limit, and no bucket more than its burst and what came back.
#include "native_steered.hpp"
#include "store/redis/leases/lease_share.hpp"
#include "store/redis/leases/lease_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

constexpr Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

struct Admitted {
  std::int64_t at;  // us since t0, by Redis' clock
  std::int64_t units;
};

struct World {
  int holders = 3;
  bool faults = true;
  std::int64_t pause = 4000;  // us, the longest between two calls
  std::int64_t cost = 3;      // the largest
  int calls = 6000;
  int rush = 0;  // every so many calls as many come at once, after a rest
};

class Simulation {
 public:
  Simulation(const Rule& rule, const World& world, std::uint64_t stream) : world_(world), chance_(stream) {
    redis_.now = t0;
    space_ = std::static_pointer_cast<const RedisSpace>(layout_->open("p", rule));
    for (int i = 0; i < world.holders; ++i) {
      holders_.push_back({.table = std::make_unique<LeaseTable>(), .pace = 1 + 0.008 * (i % 3 - 1)});
    }
  }

  void run() {
    for (int call = 0; call < world_.calls; ++call) {
      const bool rushes = world_.rush > 0 && call / world_.rush % 2 == 1;
      if (rushes && call % world_.rush == 0) until(now_ + chance_.between(0, 100'000));
      until(now_ + chance_.between(0, rushes ? 20 : world_.pause));
      Holder& holder = holders_[static_cast<std::size_t>(chance_.between(0, world_.holders - 1))];
      if (world_.faults && chance_.one_in(500)) holder.table = std::make_unique<LeaseTable>();  // it died
      LeaseTable::Errands errands;
      const std::int64_t cost = chance_.between(1, world_.cost);
      const auto leased = holder.table->take(*space_, "u", cost, clock_of(holder), instances(), errands);
      if (leased) {
        admitted_.push_back({now_, cost});
        ++leased_;
      } else if (exactly(cost)) {
        admitted_.push_back({now_, cost});
      }
      if (chance_.one_in(20)) holder.table->sweep(clock_of(holder), errands);
      for (LeaseErrand& errand : errands) go(holder, std::move(errand));
    }
  }

  [[nodiscard]] const std::vector<Admitted>& admitted() const { return admitted_; }
  [[nodiscard]] std::int64_t leased() const { return leased_; }
  [[nodiscard]] std::int64_t now() const { return now_; }
  [[nodiscard]] std::int64_t units() const {
    std::int64_t sum = 0;
    for (const Admitted& one : admitted_) sum += one.units;
    return sum;
  }

 private:
  struct Holder {
    std::unique_ptr<LeaseTable> table;
    double pace;  // of its clock, against Redis'
  };
  struct Message {
    Holder* holder;
    LeaseTable* table;  // of the process that asked: it may be dead when the answer comes
    LeaseErrand errand;
    std::optional<LeaseAnswer> answer;  // none: on its way to Redis
    bool lost = false;
  };

  [[nodiscard]] std::uint32_t instances() const { return static_cast<std::uint32_t>(world_.holders); }
  [[nodiscard]] Deadline clock_of(const Holder& holder) const {
    return Deadline(1h) + microseconds(static_cast<std::int64_t>(static_cast<double>(now_) * holder.pace));
  }
  [[nodiscard]] std::int64_t delay() {
    return world_.faults && chance_.one_in(20) ? chance_.magnitude(3'000'000) : chance_.between(50, 2000);
  }
  [[nodiscard]] bool loss() { return world_.faults && chance_.one_in(25); }

  bool exactly(std::int64_t cost) {
    const Ask ask{.key = "u", .costs = {&cost, 1}};
    const WireReply reply = redis_.run(layout_->each(*space_, {&ask, 1}, redis_.now));
    Verdict verdict;
    if (!layout_->read_each(*space_, {&ask, 1}, redis_.now, reply.value(), {&verdict, 1})) {
      ADD_FAILURE() << reply.value().text;
    }
    return verdict.allowed();
  }
  void go(Holder& holder, LeaseErrand errand) {
    messages_.emplace(now_ + delay(), Message{&holder, holder.table.get(), std::move(errand), std::nullopt, loss()});
  }
  void until(std::int64_t end) {
    while (!messages_.empty() && messages_.begin()->first <= end) {
      auto message = messages_.extract(messages_.begin());
      set_time(std::max(now_, message.key()));
      arrive(std::move(message.mapped()));
    }
    set_time(end);
  }
  void set_time(std::int64_t now) {
    now_ = now;
    redis_.now = t0 + microseconds(now);
  }
  void arrive(Message message) {
    const bool dead = message.holder->table.get() != message.table;
    if (!message.answer && !message.lost) {
      const std::string name = std::to_string(++asked_);
      const WireReply reply = redis_.run(layout_->lease(*space_, {.key = message.errand.key(),
                                                                  .want = message.errand.want,
                                                                  .instances = instances(),
                                                                  .holder = name,
                                                                  .back = message.errand.back}));
      message.answer = layout_->read_lease(*space_, reply.value());
      ASSERT_TRUE(message.answer) << reply.value().text;
      message.lost = loss();
      messages_.emplace(now_ + delay(), std::move(message));
      return;
    }
    if (dead) return;
    const Deadline clock = clock_of(*message.holder);
    if (message.lost || message.answer->units == 0) return message.table->not_granted(message.errand, clock);
    const LeaseAnswer& answer = *message.answer;
    LeaseTable::Errands errands;
    message.table->granted(message.errand,
                           {.units = answer.units,
                            .granted = answer.units,
                            .ends = lease_end(message.errand.asked, answer.life),
                            .receipt = answer.receipt,
                            .seen = answer.seen},
                           clock, errands);
    for (LeaseErrand& errand : errands) go(*message.holder, std::move(errand));
  }

  World world_;
  Chance chance_;
  Steered redis_;
  std::unique_ptr<Layout> layout_ = native_layout("weir");
  std::shared_ptr<const RedisSpace> space_;
  std::deque<Holder> holders_;
  std::multimap<std::int64_t, Message> messages_;
  std::vector<Admitted> admitted_;
  std::int64_t now_ = 0;
  std::int64_t leased_ = 0;
  std::int64_t asked_ = 0;
};

// Windows of `period` us.
std::map<std::int64_t, std::int64_t> by_window(const std::vector<Admitted>& admitted, std::int64_t period) {
  std::map<std::int64_t, std::int64_t> windows;
  for (const Admitted& one : admitted) windows[one.at / period] += one.units;
  return windows;
}

// That the units would have passed, one after the other, a bucket of their own.
void expect_of_a_bucket(const std::vector<Admitted>& admitted, std::int64_t burst, std::int64_t unit) {
  std::int64_t full_at = 0;
  for (const Admitted& one : admitted) {
    full_at = std::max(full_at, one.at) + one.units * unit;
    ASSERT_LE(full_at - one.at, burst * unit) << "at " << one.at << ", seed " << seed();
  }
}

class Leases : public testing::TestWithParam<int> {
 protected:
  [[nodiscard]] static std::uint64_t stream() { return static_cast<std::uint64_t>(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(OfManyWorlds, Leases, testing::Range(0, 4));

TEST_P(Leases, OfAFixedWindowAdmitItsLimitAtMost) {
  const std::int64_t limit = 300 * (1 + GetParam());
  Simulation simulation(fixed_window(limit, 1s), {}, 100 + stream());
  simulation.run();
  for (const auto& [window, units] : by_window(simulation.admitted(), 1'000'000)) {
    EXPECT_LE(units, limit) << "window " << window << ", seed " << seed();
  }
  EXPECT_GT(simulation.leased(), 0) << seed();
}

TEST_P(Leases, OfASlidingWindowAdmitItsEstimateAtMost) {
  const std::int64_t limit = 300 * (1 + GetParam());
  constexpr std::int64_t period = 1'000'000;
  Simulation simulation(sliding_window(limit, 1s), {}, 200 + stream());
  simulation.run();
  std::map<std::int64_t, std::int64_t> windows;
  for (const Admitted& one : simulation.admitted()) {
    const std::int64_t window = one.at / period;
    windows[window] += one.units;
    const std::int64_t left = period - one.at % period;
    const std::int64_t before = windows.contains(window - 1) ? windows[window - 1] : 0;
    ASSERT_LE(windows[window] * period + before * left, limit * period) << "at " << one.at << ", " << seed();
  }
  EXPECT_GT(simulation.leased(), 0) << seed();
}

TEST_P(Leases, OfABucketAdmitNoMoreThanItsBurstAndWhatCameBack) {
  const std::int64_t burst = 200 * (1 + GetParam());
  Simulation simulation(token_bucket(500, 1s, burst), {.calls = 8000}, 300 + stream());
  simulation.run();
  expect_of_a_bucket(simulation.admitted(), burst, 2000);
  EXPECT_GT(simulation.leased(), 0) << seed();
}

TEST_P(Leases, OfABucketThatIsHardlyUsedAreSafeToo) {
  Simulation simulation(gcra(500, 1s, 1000), {.pause = 30'000, .cost = 20, .calls = 4000}, 400 + stream());
  simulation.run();
  expect_of_a_bucket(simulation.admitted(), 1000, 2000);
  EXPECT_GT(simulation.leased(), 0) << seed();
}

// As when leases are fetched while the bucket is full, and spent all at once when they have grown old.
TEST_P(Leases, OfABucketThatIsEmptiedAtOnceAfterARestAreSafe) {
  Simulation simulation(gcra(500, 1s, 500), {.holders = 2, .pause = 20'000, .calls = 8000, .rush = 500},
                        600 + stream());
  simulation.run();
  expect_of_a_bucket(simulation.admitted(), 500, 2000);
  EXPECT_GT(simulation.leased(), 0) << seed();
}

TEST_P(Leases, LeaveLittleOfAWindowUnusedWhereNothingGoesWrong) {
  const std::int64_t limit = 300 * (1 + GetParam());
  Simulation simulation(fixed_window(limit, 1s), {.faults = false, .pause = 1000}, 500 + stream());
  simulation.run();
  auto windows = by_window(simulation.admitted(), 1'000'000);
  windows.erase(std::prev(windows.end()));  // not over yet
  for (const auto& [window, units] : windows) {
    EXPECT_GE(units, limit * 8 / 10) << "window " << window << ", seed " << seed();
  }
}

}  // namespace
}  // namespace weir::store::redis
