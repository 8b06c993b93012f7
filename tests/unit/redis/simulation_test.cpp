// simulation_test.cpp: the store over a scripted Redis in virtual time, from a seed. Answers come early, late or never,
// with errors, and commands are lost before or after Redis did them.
//
// The laws: each call is answered exactly once, by its deadline; what was admitted is never more than the limit; what
// Redis counted is never more than was asked of it (nothing is sent twice) and never less than was admitted; and at the
// end nothing waits any more.
#include "fake_layout.hpp"
#include "scripted_client.hpp"
#include "store/redis/store/redis_store.hpp"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace weir::store::redis {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

std::uint64_t seed() {
  static const std::uint64_t chosen = [] {
    const char* given = std::getenv("WEIR_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device{}()};
  }();
  return chosen;
}

// What may happen to a command, in per mille; the rest is answered well.
struct Weather {
  unsigned lost_before = 0;  // Redis never sees it
  unsigned lost_after = 0;   // Redis does it, its answer is lost
  unsigned refused = 0;      // Redis says an error, and does nothing
  unsigned broken = 0;       // the connection breaks: done or not
  microseconds slowest = 1ms;
};

// Like a real one it answers in the order of the questions, and by their deadlines.
class WeatherClient final : public Client {
 public:
  WeatherClient(bool cluster, std::mt19937_64& random) : cluster_(cluster), random_(random) {}
  Weather weather;
  FakeServer server;

  void send(Command command, Deadline deadline, OnReply done) override {
    const Asked asked = Asked::of(command.bytes);
    Coming coming{.deadline = deadline, .done = std::move(done)};
    const unsigned luck = between(0, 999);
    unsigned edge = weather.lost_before;
    bool lost = luck < edge;
    if (!lost) {
      if (luck >= edge && luck < (edge += weather.lost_after)) {
        (void)server.run(asked);
        lost = true;
      } else if (luck < (edge += weather.refused)) {
        coming.value = OwnedValue::error(between(0, 1) == 0 ? "OOM command not allowed" : "READONLY no");
      } else if (luck < (edge += weather.broken)) {
        if (between(0, 1) == 0) (void)server.run(asked);
        coming.broken = true;
      } else {
        coming.value = said(asked);
      }
    }
    const Deadline at = TestTime::now_ + microseconds(between(50, static_cast<unsigned>(weather.slowest.count())));
    last_ = std::max(last_, at);
    coming.late = lost || last_ > deadline;
    coming_.emplace(coming.late ? deadline : last_, std::move(coming));
  }
  [[nodiscard]] bool is_cluster() const override { return cluster_; }
  [[nodiscard]] Health health() const override { return {}; }
  void close() override {}

  [[nodiscard]] bool idle() const { return coming_.empty(); }
  [[nodiscard]] Deadline next() const { return coming_.begin()->first; }
  void answer_next() {
    Coming coming = std::move(coming_.extract(coming_.begin()).mapped());
    if (coming.late) return coming.done(std::unexpected(Failure::timeout));
    if (coming.broken) return coming.done(std::unexpected(Failure::lost));
    coming.done(coming.value.get());
  }

 private:
  struct Coming {
    Deadline deadline;
    OnReply done;
    OwnedValue value{};
    bool late = false;
    bool broken = false;
  };
  [[nodiscard]] unsigned between(unsigned least, unsigned most) {
    return std::uniform_int_distribution<unsigned>(least, std::max(least, most))(random_);
  }
  [[nodiscard]] OwnedValue said(const Asked& asked) {
    if (asked.script == "parts_read") {
      const auto found = server.parts.find(asked.keys[0]);
      return found == server.parts.end() ? OwnedValue::nil() : OwnedValue::text(found->second);
    }
    const auto numbers = server.run(asked);
    return asked.script == "each" || asked.script == "joint" || asked.script == "look"
               ? OwnedValue::numbers(numbers)
               : OwnedValue::number(numbers.front());
  }

  const bool cluster_;
  std::mt19937_64& random_;
  Deadline last_{};
  std::multimap<Deadline, Coming> coming_;
};

class Simulation {
 public:
  Simulation(std::uint64_t seed, bool cluster)
      : random_(seed), client_(std::make_shared<WeatherClient>(cluster, random_)) {
    TestTime::now_ = Deadline{} + 1h;
    StoreOptions options;
    options.now = &TestTime::now;
    options.max_calls = 20 + below(3) * 200;
    options.max_keys = 1 + below(8);
    options.max_costs = 1 + below(20);
    options.max_in_flight = 1 + below(10);
    options.max_lane_in_flight = 1 + below(4);
    options.max_full_in_flight = 1 + below(8);
    timeout_ = options.timeout;
    store_ = std::make_unique<RedisStore>(io_.get_executor(), client_, std::make_unique<FakeLayout>(), options);
    for (int i = 0; i < 2; ++i) spaces_.push_back(store_->open("s" + std::to_string(i), fixed_window(limit, 1min)));
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      if (below(100) == 0) change_weather();
      for (std::size_t calls = below(6); calls > 0; --calls) ask();
      pass(microseconds(below(400)));
    }
    client_->weather = {};
    while (!client_->idle()) pass(10ms);
    check();
  }

 private:
  static constexpr std::int64_t limit = 300;
  static constexpr std::array<const char*, 5> names = {"a", "b", "c", "d", "e"};

  struct Asked {
    Deadline deadline;
    std::vector<std::string> keys;  // as Redis knows them
    std::vector<Check> checks;
    int answers = 0;
  };

  [[nodiscard]] std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

  void change_weather() {
    client_->weather = {.lost_before = static_cast<unsigned>(below(60)),
                        .lost_after = static_cast<unsigned>(below(60)),
                        .refused = static_cast<unsigned>(below(60)),
                        .broken = static_cast<unsigned>(below(60)),
                        .slowest = microseconds(100 + below(60'000))};
  }

  void ask() {
    const auto asked = std::make_shared<Asked>();
    asked->deadline = TestTime::now_ + timeout_;
    const std::size_t count = below(4) == 0 ? 2 + below(3) : 1;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t space = below(spaces_.size());
      const char* const name = names[below(names.size())];
      asked->keys.push_back("s" + std::to_string(space) + ":{" + name + "}");
      asked->checks.push_back(
          {.space = spaces_[space].get(), .key = name, .cost = static_cast<std::int64_t>(1 + below(2))});
    }
    for (std::size_t i = 0; i < count; ++i) asked_[asked->keys[i]] += asked->checks[i].cost;
    ++calls_;
    store_->decide({.checks = asked->checks}, [this, asked](const Answer& answer) { came(*asked, answer); });
  }

  void came(Asked& asked, const Answer& answer) {
    EXPECT_EQ(++asked.answers, 1);
    ++answered_;
    EXPECT_LE(TestTime::now_, asked.deadline);
    if (answer.status != Status::decided) return;
    EXPECT_EQ(answer.verdicts.size(), asked.checks.size());
    ++decided_;
    if (!std::ranges::all_of(answer.verdicts, &Verdict::allowed)) return;
    for (std::size_t i = 0; i < asked.keys.size(); ++i) admitted_[asked.keys[i]] += asked.checks[i].cost;
  }

  // Time goes on, from one thing that happens to the next.
  void pass(Nanos span) {
    const Deadline end = TestTime::now_ + span;
    work();
    while (!client_->idle() && client_->next() <= end) {
      TestTime::now_ = std::max(TestTime::now_, client_->next());
      client_->answer_next();
      work();
    }
    TestTime::now_ = end;
  }
  void work() {
    io_.restart();
    io_.poll();
  }

  void check() {
    EXPECT_EQ(answered_, calls_);
    EXPECT_GT(decided_, 0);
    for (const auto& [key, cost] : admitted_) {
      EXPECT_LE(cost, limit) << key;
      EXPECT_GE(client_->server.counts[key], cost) << key;
    }
    for (const auto& [key, count] : client_->server.counts) {
      EXPECT_LE(count, limit) << key;
      EXPECT_LE(count, asked_[key]) << key;
      EXPECT_GE(count, 0) << key;
    }
  }

  std::mt19937_64 random_;
  boost::asio::io_context io_;
  std::shared_ptr<WeatherClient> client_;
  std::unique_ptr<RedisStore> store_;
  std::vector<std::shared_ptr<const Space>> spaces_;
  std::map<std::string, std::int64_t> asked_;
  std::map<std::string, std::int64_t> admitted_;
  Nanos timeout_{0};
  int calls_ = 0;
  int answered_ = 0;
  int decided_ = 0;
};

class StoreSimulation : public testing::TestWithParam<bool> {};

TEST_P(StoreSimulation, KeepsTheLawsInAnyWeather) {
  for (std::uint64_t run = 0; run < 20; ++run) {
    SCOPED_TRACE("repeat with WEIR_SEED=" + std::to_string(seed() + run));
    Simulation(seed() + run, GetParam()).run(500);
    if (testing::Test::HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, StoreSimulation, testing::Values(false, true),
                         [](const auto& kind) { return kind.param ? "Cluster" : "OneServer"; });

}  // namespace
}  // namespace weir::store::redis
