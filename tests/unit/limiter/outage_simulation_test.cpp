// Several processes on one store which goes away for some of them or all, from a seed. The laws:
//   while the store is up, a window admits no more than the limit;
//   whatever happens, a window admits no more than the limit and, for each process, its share of it, at least 1;
//   afterwards the store counts what was admitted in the window, all of it.
#include <weir/weir.hpp>

#include "limiter/fake_clock.hpp"
#include "limiter/fake_remote_store.hpp"
#include "limiter/matchers.hpp"
#include "random/seed.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace weir::limiter {
namespace {

using Mood = FakeRemoteStore::Mood;

// The way of one process to the store that all share: it breaks by itself.
class Way final : public store::Store {
 public:
  explicit Way(std::shared_ptr<FakeRemoteStore> to) : to_(std::move(to)) {}
  void set_up(bool up) { up_ = up; }

  std::shared_ptr<const store::Space> open(std::string_view name, const Rule& rule) override {
    return to_->open(name, rule);
  }
  [[nodiscard]] bool immediate() const override { return false; }
  void decide(const store::Call& call, std::move_only_function<void(store::Answer)> done) override {
    if (!up_) return done({.status = store::Status::down, .verdicts = {}});
    to_->decide(call, std::move(done));
  }
  void settle(std::string_view id, std::span<const std::int64_t> amounts, Instant now,
              std::move_only_function<void(store::Settled)> done) override {
    if (!up_) return done(std::unexpected(store::SettleError::down));
    to_->settle(id, amounts, now, std::move(done));
  }
  void renew(std::string_view id, store::Nanos lease, Instant now,
             std::move_only_function<void(store::Settled)> done) override {
    if (!up_) return done(std::unexpected(store::SettleError::down));
    to_->renew(id, lease, now, std::move(done));
  }
  void reset(const store::Space& space, Key key, Instant now,
             std::move_only_function<void(store::Settled)> done) override {
    to_->reset(space, key, now, std::move(done));
  }
  void reset_all(const store::Space& space, Instant now, std::move_only_function<void(store::Settled)> done) override {
    to_->reset_all(space, now, std::move(done));
  }
  void charge(const store::Space& space, std::span<const store::Charge> charges, Instant now,
              std::move_only_function<void(store::Status)> done) override {
    if (!up_) return done(store::Status::down);
    to_->charge(space, charges, now, std::move(done));
  }
  [[nodiscard]] std::uint32_t instances() const override { return to_->instances(); }

 private:
  std::shared_ptr<FakeRemoteStore> to_;
  bool up_ = true;
};

struct Process {
  std::shared_ptr<Way> way;
  std::shared_ptr<Store> handle;
  Limiter limiter;
};

struct Window {
  std::int64_t admitted = 0;
  bool degraded = false;  // somebody decided some of it alone, or still owed something of the time before
};

class Simulation {
 public:
  Simulation(const Rule& rule, std::uint32_t processes, std::uint64_t seed)
      : rule_(rule), share_(std::max<std::int64_t>(1, rule.count / processes)), random_(seed) {
    store_->set_instances(processes);
    for (std::uint32_t i = 0; i < processes; ++i) {
      auto way = std::make_shared<Way>(store_);
      auto handle = std::make_shared<Store>(way, &clock_);
      Limiter limiter(rule, {.store = handle, .prefix = "shared", .timeout = 1min});
      processes_.push_back({std::move(way), std::move(handle), std::move(limiter)});
    }
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      if (below(200) == 0) fault();
      clock_.advance(std::chrono::milliseconds(below(150)));
      if (below(10) == 0) {
        hold();
      } else {
        call();
      }
      if (testing::Test::HasFailure()) return;
    }
  }

  // The store is back for all of them, and a decision of each brings it what it is owed.
  void mend() {
    for (Process& process : processes_) process.way->set_up(true);
    for (int batch = 0; batch < 3; ++batch) {
      for (Process& process : processes_) (void)process.limiter.remaining("nobody");
    }
    for (Process& process : processes_) EXPECT_EQ(process.handle->statistics().owed, 0);
    for (const auto& [at, window] : windows_) {
      if (at.first != window_now()) continue;
      const auto space = store_->truth().open("shared", rule_);
      const store::Verdict found = store_->truth().take_one(*space, names[at.second], clock_.now(), 0);
      EXPECT_EQ(found.limit - found.remaining + found.debt, window.admitted) << "key " << names[at.second];
    }
  }

 private:
  static constexpr std::array<const char*, 3> names{"a", "b", "c"};

  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
  std::int64_t window_now() { return clock_.now().time_since_epoch() / rule_.period.length(); }

  // One of them loses its way, all do, or all find it again.
  void fault() {
    const std::size_t kind = below(4);
    if (kind == 0) processes_[below(processes_.size())].way->set_up(false);
    for (Process& process : processes_) {
      if (kind == 1) process.way->set_up(false);
      if (kind > 1) process.way->set_up(true);
    }
  }

  void admit(std::size_t key, std::int64_t units, bool degraded) {
    Window& window = windows_[{window_now(), key}];
    window.admitted += units;
    window.degraded |= degraded;
    // A process that was cut off may have granted its share of what others granted meanwhile.
    const std::int64_t most =
        rule_.count + (window.degraded ? share_ * static_cast<std::int64_t>(processes_.size()) : 0);
    EXPECT_LE(window.admitted, most) << "key " << names[key];
  }

  void call() {
    Process& process = processes_[below(processes_.size())];
    const std::size_t key = below(names.size());
    const auto cost = static_cast<std::int64_t>(1 + below(3));
    const Decision decision = process.limiter.limit(names[key], cost);
    if (decision) admit(key, cost, decision.degraded);
  }

  // Settled with less than was held.
  void hold() {
    Process& process = processes_[below(processes_.size())];
    const std::size_t key = below(names.size());
    const auto amount = static_cast<std::int64_t>(1 + below(6));
    const auto used = static_cast<std::int64_t>(below(static_cast<std::size_t>(amount) + 1));
    auto held = process.limiter.reserve(names[key], amount);
    if (!held) return;
    if (below(20) == 0) fault();
    const Settled settled = held->settle(used);
    EXPECT_TRUE(settled || settled.error() == SettleError::down);
    held->leave();  // what could not be delivered is sent again
    admit(key, used, held->decisions().front().degraded);
  }

  Rule rule_;
  std::int64_t share_;
  std::mt19937_64 random_;
  FakeClock clock_;
  std::shared_ptr<FakeRemoteStore> store_ = std::make_shared<FakeRemoteStore>();
  std::vector<Process> processes_;
  std::map<std::pair<std::int64_t, std::size_t>, Window> windows_;  // by number and key
};

class OutageSimulation : public testing::TestWithParam<int> {};

TEST_P(OutageSimulation, KeepsTheLaws) {
  const std::uint64_t seed = weir::seed() + static_cast<std::uint64_t>(GetParam());
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 random(seed);
  const auto processes = static_cast<std::uint32_t>(1 + random() % 5);
  const auto count = static_cast<std::int64_t>(1 + random() % 200);
  Simulation simulation(fixed_window(count, 20s), processes, random());
  for (int round = 0; round < 20 && !HasFailure(); ++round) {
    simulation.run(300);
    simulation.mend();
  }
}

INSTANTIATE_TEST_SUITE_P(FromSeeds, OutageSimulation, testing::Range(0, 20));

}  // namespace
}  // namespace weir::limiter
