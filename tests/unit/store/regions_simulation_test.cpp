// Several regions, processes near each of them, and a network between that delays, loses and parts: what is granted,
// and what every region counts in the end.
#include "store/regions/regions_store.hpp"

#include "random/seed.hpp"
#include "store/played_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <queue>
#include <string>
#include <tuple>

namespace weir::store {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Ge;
using testing::Le;

const Instant t0 = std::chrono::sys_days(std::chrono::year(2026) / 6 / 15);

class Simulation {
 public:
  static constexpr Nanos timeout = 100ms;
  static constexpr Nanos near = 1ms;  // at most, to the own region
  static constexpr Nanos far = 40ms;  // at most, to others
  static constexpr std::int64_t limit = 200;

  Simulation(std::uint64_t seed, std::size_t regions) : random_(seed), truths_(regions), parted_(regions) {
    for (std::size_t at = 0; at < regions; ++at) {
      truths_[at] = std::make_shared<MemoryStore>();
      truth_spaces_.push_back(truths_[at]->open("t", rule));
    }
    for (std::size_t at = 0; at < regions; ++at) add_process(at);
  }

  const Rule rule = fixed_window(limit, std::chrono::hours(24));
  double lost = 0;     // of questions, on their way there
  double unheard = 0;  // of answers, on their way back
  bool parting = false;

  void run(Nanos length, Nanos between_calls) {
    const Instant end = now_ + length;
    for (std::size_t process = 0; process < processes_.size(); ++process) call_later(process, between_calls, end);
    while (step()) {
    }
    now_ = std::max(now_, end);
  }
  // All is well again, and somebody asks now and then.
  void heal() {
    lost = unheard = 0;
    parting = false;
    parted_.assign(parted_.size(), false);
    for (int i = 0; i < 20; ++i) {
      for (std::size_t process = 0; process < processes_.size(); ++process) ask(process, "any", 0);
      while (step()) {
      }
    }
  }

  [[nodiscard]] std::int64_t granted(const std::string& key) const {
    const auto found = granted_.find(key);
    return found == granted_.end() ? 0 : found->second;
  }
  // Units of decisions that a region made though its answer was not heard, and of charges that never arrived: nobody
  // can tell the one from the other.
  [[nodiscard]] std::int64_t unheard_units(std::size_t region, const std::string& key) const {
    const auto found = unheard_units_.find({region, key});
    return found == unheard_units_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::int64_t lost_units(std::size_t region, const std::string& key) const {
    const auto found = lost_units_.find({region, key});
    return found == lost_units_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::int64_t counted(std::size_t region, const std::string& key) {
    const Verdict verdict = truths_[region]->take_one(*truth_spaces_[region], key, now_, 0);
    return verdict.limit - verdict.remaining + verdict.debt;
  }
  [[nodiscard]] std::size_t regions() const { return truths_.size(); }
  [[nodiscard]] int unanswered() const { return unanswered_; }
  [[nodiscard]] Nanos slowest_answer() const { return slowest_; }
  [[nodiscard]] std::size_t missed() const {
    std::size_t sum = 0;
    for (const auto& process : processes_) {
      for (std::size_t at = 0; at < regions(); ++at) sum += process.store->region(at).missed();
    }
    return sum;
  }

 private:
  struct Process {
    std::unique_ptr<RegionsStore> store;
    std::shared_ptr<const Space> space;
    std::size_t home;
  };
  struct Event {
    Instant at;
    std::uint64_t nth;
    std::shared_ptr<std::move_only_function<void()>> what;
    bool operator>(const Event& other) const { return std::tie(at, nth) > std::tie(other.at, other.nth); }
  };

  void add_process(std::size_t home) {
    std::vector<std::shared_ptr<Region>> regions;
    for (std::size_t at = 0; at < truths_.size(); ++at) {
      auto network = [this, home, at](std::shared_ptr<Question> question) { travel(home, at, std::move(question)); };
      regions.push_back(
          std::make_shared<Region>(std::to_string(at), std::make_shared<PlayedStore>(network, truths_[at])));
    }
    auto store = std::make_unique<RegionsStore>(std::move(regions));
    auto space = store->open("t", rule);
    processes_.push_back({.store = std::move(store), .space = std::move(space), .home = home});
  }

  [[nodiscard]] double chance() { return std::uniform_real_distribution<>(0, 1)(random_); }
  [[nodiscard]] Nanos up_to(Nanos most) {
    return Nanos(std::uniform_int_distribution<std::int64_t>(most.count() / 10, most.count())(random_));
  }
  void after(Nanos time, std::move_only_function<void()> what) {
    events_.push({now_ + time, nth_++, std::make_shared<std::move_only_function<void()>>(std::move(what))});
  }
  bool step() {
    if (events_.empty()) return false;
    const Event event = events_.top();
    events_.pop();
    now_ = event.at;
    (*event.what)();
    return true;
  }

  void travel(std::size_t home, std::size_t at, std::shared_ptr<Question> question) {
    const Nanos there = up_to(home == at ? near : far);
    const Nanos back = up_to(home == at ? near : far);
    if ((home != at && (parted_[home] || parted_[at])) || chance() < lost) {
      if (question->by_force) count(lost_units_, at, *question);
      return after(timeout, [question] { question->answer(Fate::timeout); });
    }
    const bool heard = chance() >= unheard;
    after(there, [question] { question->arrive(); });
    if (heard) {
      after(there + back, [question] { question->answer(Fate::answered); });
    } else {
      if (!question->by_force) count(unheard_units_, at, *question);
      after(timeout, [question] { question->answer(Fate::timeout); });
    }
  }

  using OfRegionAndKey = std::map<std::pair<std::size_t, std::string>, std::int64_t>;
  static void count(OfRegionAndKey& units, std::size_t region, const Question& question) {
    for (const auto& [key, some] : question.units) units[{region, key.text}] += std::abs(some);
  }

  void ask(std::size_t which, const std::string& key, std::int64_t cost) {
    const Process& process = processes_[which];
    const Check check{.space = process.space.get(), .key = key, .cost = cost};
    const auto asked_at = now_;
    process.store->decide({.checks = std::span(&check, 1), .now = now_}, [this, key, cost, asked_at](Answer answer) {
      slowest_ = std::max(slowest_, now_ - asked_at);
      if (answer.verdicts.empty()) {
        ++unanswered_;
      } else if (answer.verdicts[0].allowed()) {
        granted_[key] += cost;
      }
    });
  }

  void call_later(std::size_t process, Nanos between, Instant end) {
    after(up_to(2 * between), [this, process, between, end] {
      if (now_ >= end) return;
      if (parting && chance() < 0.01) {
        const std::size_t region = random_() % regions();
        parted_[region] = !parted_[region];
      }
      ask(process, "k" + std::to_string(random_() % 3), 1 + static_cast<std::int64_t>(random_() % 3));
      call_later(process, between, end);
    });
  }

  std::mt19937_64 random_;
  std::vector<std::shared_ptr<MemoryStore>> truths_;
  std::vector<std::shared_ptr<const Space>> truth_spaces_;
  std::vector<bool> parted_;
  std::vector<Process> processes_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t nth_ = 0;
  Instant now_ = t0;
  std::map<std::string, std::int64_t> granted_;
  OfRegionAndKey unheard_units_;
  OfRegionAndKey lost_units_;
  int unanswered_ = 0;
  Nanos slowest_{0};
};

constexpr int rounds = 6;
const std::vector<std::string> keys{"k0", "k1", "k2"};

// With a call every 10 ms a process on average, and 3 units at most a call.
TEST(RegionsSimulation, WithoutPartitionsOnlyWhatIsUnderWayIsGrantedBeyondTheLimit) {
  SCOPED_TRACE(repeat_with());
  for (int round = 0; round < rounds; ++round) {
    const std::size_t regions = 2 + round % 3;
    Simulation world(seed() + static_cast<std::uint64_t>(round), regions);
    world.run(6s, 10ms);
    // Under way is what was granted less than two round trips and a charge's way ago: calls of all processes but one.
    const auto under_way = static_cast<std::int64_t>(3 * regions * (5 * Simulation::far / 1ms));
    world.heal();
    for (const auto& key : keys) {
      EXPECT_THAT(world.granted(key), AllOf(Ge(Simulation::limit - 2), Le(Simulation::limit + under_way)));
      for (std::size_t at = 0; at < regions; ++at) EXPECT_EQ(world.counted(at, key), world.granted(key));
    }
    EXPECT_EQ(world.missed(), 0U);
    EXPECT_LE(world.slowest_answer(), 2 * Simulation::near);
  }
}

void expect_counted_but_for_lost_answers(Simulation& world) {
  EXPECT_EQ(world.missed(), 0U);
  for (const auto& key : keys) {
    for (std::size_t at = 0; at < world.regions(); ++at) {
      const std::int64_t lost = world.lost_units(at, key);
      EXPECT_THAT(world.counted(at, key),
                  AllOf(Ge(world.granted(key) - lost), Le(world.granted(key) + lost + world.unheard_units(at, key))));
    }
  }
}

TEST(RegionsSimulation, AfterPartitionsAllRegionsCountWhatWasGranted) {
  SCOPED_TRACE(repeat_with());
  for (int round = 0; round < rounds; ++round) {
    Simulation world(seed() + static_cast<std::uint64_t>(round), 3);
    world.parting = true;
    world.run(6s, 10ms);
    EXPECT_LE(world.slowest_answer(), 2 * Simulation::near);  // the own region is never parted from its processes
    world.heal();
    expect_counted_but_for_lost_answers(world);
    EXPECT_EQ(world.unanswered(), 0);
  }
}

TEST(RegionsSimulation, LostAnswersErrOnTheLimitsSideAndLostChargesByTheirUnits) {
  SCOPED_TRACE(repeat_with());
  for (int round = 0; round < rounds; ++round) {
    Simulation world(seed() + static_cast<std::uint64_t>(round), 3);
    world.parting = true;
    world.lost = 0.05;
    world.unheard = 0.05;
    world.run(6s, 10ms);
    EXPECT_LE(world.slowest_answer(), Simulation::timeout);
    world.heal();
    expect_counted_but_for_lost_answers(world);
  }
}

}  // namespace
}  // namespace weir::store
