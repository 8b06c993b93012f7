// What processes tell each other of what they counted.
#include "analytics/sharing.hpp"

#include "analytics/query.hpp"
#include "analytics/slice_text.hpp"
#include "random/chance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weir::analytics {
namespace {

using namespace std::chrono_literals;

constexpr Millis start = 1'700'000'000'000 / day * day;
constexpr Instant t0{std::chrono::milliseconds(start)};

// A store of records that may be away, forget all, do what it was told without saying so, or say nothing for now.
class AStore final : public store::Records {
 public:
  struct Held {
    std::uint64_t version = 0;
    std::string bytes;
  };
  void write(std::string_view group, std::vector<store::Record> records, limits::Nanos ttl,
             std::move_only_function<void(store::RecordsWritten)> done) override {
    ++writes;
    most_at_once = std::max(most_at_once, records.size());
    shortest_ttl = std::min(shortest_ttl, ttl);
    longest_ttl = std::max(longest_ttl, ttl);
    bool begun = false;
    if (up) {
      auto& known = held[std::string(group)];
      begun = known.empty();
      for (store::Record& record : records) {
        const auto old = known.find(record.name);
        if (old != known.end() && old->second.version >= record.version) continue;
        if (record.bytes.empty()) {
          known.erase(record.name);
        } else {
          known[record.name] = {record.version, std::move(record.bytes)};
        }
      }
    }
    const auto how = begun ? store::RecordsWritten::begun : store::RecordsWritten::added;
    if (silent) {
      unanswered.push_back(std::move(done));
    } else {
      done(up && answers ? how : store::RecordsWritten::unknown);
    }
  }
  void list(std::string_view group, std::move_only_function<void(Listed)> done) override {
    if (silent) return unlisted.push_back(std::move(done));
    if (!up) return done(std::nullopt);
    std::vector<store::ListedRecord> found;
    for (const auto& [name, record] : held[std::string(group)]) {
      found.push_back({.name = name, .version = record.version, .bytes = record.bytes.size()});
    }
    done(std::move(found));
  }
  void fetch(std::string_view group, const std::vector<std::string>& names,
             std::move_only_function<void(Fetched)> done) override {
    if (!up) return done(std::nullopt);
    std::vector<std::string> found;
    for (const std::string& name : names) {
      ++fetched;
      const auto& records = held[std::string(group)];
      const auto known = records.find(name);
      found.push_back(known == records.end() ? "" : known->second.bytes);
    }
    done(std::move(found));
  }
  [[nodiscard]] std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& [group, records] : held) sum += records.size();
    return sum;
  }

  bool up = true;
  bool answers = true;
  bool silent = false;
  int writes = 0;
  int fetched = 0;
  std::size_t most_at_once = 0;
  limits::Nanos shortest_ttl = limits::Nanos::max();
  limits::Nanos longest_ttl{0};
  std::deque<std::move_only_function<void(store::RecordsWritten)>> unanswered;
  std::deque<std::move_only_function<void(Listed)>> unlisted;
  std::map<std::string, std::map<std::string, Held>> held;  // by group and name
};

// A process: what it records, and where it shares that.
struct Process {
  explicit Process(std::shared_ptr<AStore> its_store, const Terms& terms = {}) : store(std::move(its_store)) {
    recorder.configure(terms);
    sharing = std::make_unique<Sharing>(recorder, store);
  }
  ~Process() { recorder.share(nullptr); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  void decide(Instant now, std::string_view key = "alice") {
    recorder.decided(recorder.limit("a"), key, Outcome::allowed, 1, now);
  }
  void flush(Instant now) { sharing->flush(now); }
  std::int64_t seen(Instant now) {
    std::int64_t sum = 0;
    recorder.look_at(start, start + 40 * day, now, [&](SeenSlices slices) {
      sum = usage(slices, std::vector<std::string>{"a"}, start, start + 40 * day, 40 * day).series.at("a")[0].allowed;
    });
    return sum;
  }

  std::shared_ptr<AStore> store;
  Recorder recorder;
  std::unique_ptr<Sharing> sharing;
};

TEST(Sharing, EachSeesWhatTheOthersCounted) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  one.decide(t0);
  other.decide(t0);
  other.decide(t0, "bob");
  EXPECT_EQ(one.seen(t0), 1);
  one.flush(t0);
  other.flush(t0);
  EXPECT_EQ(one.seen(t0), 3);
  EXPECT_EQ(other.seen(t0), 3);
  std::vector<Ranked> ranked;
  one.recorder.look_at(start, start + day, t0, [&](SeenSlices slices) { ranked = top(slices, By::allowed, "a", 10); });
  ASSERT_EQ(ranked.size(), 2U);
  EXPECT_EQ(ranked[0].key, "alice");
  EXPECT_EQ(ranked[0].count, 2);
}

TEST(Sharing, ABatchThatIsRepeatedCountsOnce) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  one.decide(t0);
  store->answers = false;  // it is written, and nobody hears of it
  for (int i = 0; i < 3; ++i) one.flush(t0);
  EXPECT_EQ(store->writes, 3);
  EXPECT_EQ(other.seen(t0), 1);
  store->answers = true;
  for (int i = 0; i < 3; ++i) one.flush(t0);
  EXPECT_EQ(store->writes, 4);  // what is known to be there is not written again
}

TEST(Sharing, WhatCouldNotBeWrittenIsWrittenLater) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  store->up = false;
  one.decide(t0);
  one.flush(t0);
  EXPECT_EQ(one.seen(t0), 1);
  store->up = true;
  one.flush(t0 + 1s);
  EXPECT_EQ(other.seen(t0 + 1s), 1);
}

TEST(Sharing, NothingIsLostOrDoubledWhileSlicesMoveOn) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  Chance chance(31);
  Instant now = t0;
  std::int64_t all = 0;
  while (now < t0 + std::chrono::days(5)) {
    now += std::chrono::seconds(chance.magnitude(2400));
    (chance.one_in(3) ? one : other).decide(now, std::to_string(chance.between(1, 9)));
    ++all;
    store->answers = !chance.one_in(5);
    one.flush(now);
    other.flush(now);
    if (chance.one_in(40)) {
      store->answers = true;
      one.flush(now);
      other.flush(now);
      ASSERT_EQ(one.seen(now), all) << repeat_with();
      ASSERT_EQ(other.seen(now), all) << repeat_with();
    }
  }
  EXPECT_LT(store->size(), 600U);  // children go once their parent has them
}

TEST(Sharing, NothingIsLostOrDoubledWhenTheClockIsSetBack) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  const Instant late = t0 + 10h;
  one.decide(t0 + 5min);
  one.flush(t0 + 5min);
  one.flush(late);  // a slice of an hour by now
  one.decide(t0 + 6min);
  one.flush(t0 + 7min);
  EXPECT_EQ(one.seen(t0 + 7min), 2);
  EXPECT_EQ(other.seen(t0 + 7min), 2);
  one.flush(late);
  EXPECT_EQ(other.seen(late), 2);
}

TEST(Sharing, IsKeptForTheRetentionAndNoLonger) {
  const auto store = std::make_shared<AStore>();
  Process one(store, {.retention = Millis{3} * 3'600'000});
  Process other(store, {.retention = Millis{3} * 3'600'000});
  one.decide(t0);
  one.flush(t0);
  EXPECT_EQ(store->shortest_ttl, 3h);
  EXPECT_EQ(store->longest_ttl, 3h);
  EXPECT_EQ(other.seen(t0 + 2h), 1);
  EXPECT_EQ(other.seen(t0 + 4h), 0);  // also when nobody has removed it
  one.flush(t0 + 4h);
  EXPECT_EQ(store->size(), 0U);
  EXPECT_LE(store->longest_ttl, 3h);
}

TEST(Sharing, AStoreThatHasForgottenAllIsToldAllAgain) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  one.decide(t0);
  one.flush(t0);
  one.decide(t0 + 5min);
  one.flush(t0 + 5min);
  store->held.clear();
  one.decide(t0 + 6min);
  one.flush(t0 + 6min);
  one.flush(t0 + 6min + 1s);
  EXPECT_EQ(other.seen(t0 + 7min), 3);
}

TEST(Sharing, AnotherStoreIsToldAllAndTheSameOneNothingTwice) {
  const auto store = std::make_shared<AStore>();
  const auto another = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  Process third(another);
  one.decide(t0);
  one.flush(t0);
  one.sharing = std::make_unique<Sharing>(one.recorder, another);
  one.flush(t0);
  EXPECT_EQ(third.seen(t0), 1);
  one.sharing = std::make_unique<Sharing>(one.recorder, store);
  one.flush(t0);
  EXPECT_EQ(one.seen(t0), 1);
  EXPECT_EQ(other.seen(t0), 1);
}

TEST(Sharing, WhatWasCountedBeforeItWasTurnedOffStays) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  one.decide(t0);
  one.flush(t0);
  one.recorder.configure(std::nullopt);
  one.recorder.configure(Terms{});
  one.sharing = std::make_unique<Sharing>(one.recorder, store);
  one.decide(t0);
  one.flush(t0);
  EXPECT_EQ(one.seen(t0), 2);
  EXPECT_EQ(other.seen(t0), 2);
}

TEST(Sharing, OutlivesTheProcess) {
  const auto store = std::make_shared<AStore>();
  Process other(store);
  {
    Process one(store);
    one.decide(t0);
    EXPECT_TRUE(one.sharing->flush_all(t0, 10s));
  }
  EXPECT_EQ(other.seen(t0), 1);
}

TEST(Sharing, TheEndOfAProcessWaitsForAStoreThatIsSilentNoLongerThanItMay) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  store->silent = true;
  one.decide(t0);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(one.sharing->flush_all(t0, 50ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 50ms);
  ASSERT_EQ(store->unanswered.size(), 1U);
  // As a store does at its end, so that nobody keeps waiting for it.
  std::exchange(store->unanswered, {}).front()(store::RecordsWritten::unknown);
}

TEST(Sharing, TheEndOfAProcessDoesNotWaitForAStoreThatIsAway) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  store->up = false;
  one.decide(t0);
  EXPECT_FALSE(one.sharing->flush_all(t0, 24h));  // or this test never ends
}

TEST(Sharing, ASilentStoreIsAskedOneThingAtATime) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  store->silent = true;
  for (int second = 0; second < 5; ++second) {
    one.decide(t0 + std::chrono::seconds(second));
    one.flush(t0 + std::chrono::seconds(second));
  }
  EXPECT_EQ(store->unanswered.size(), 1U);
  store->silent = false;
  std::exchange(store->unanswered, {}).front()(store::RecordsWritten::unknown);
  one.flush(t0 + 5s);
  EXPECT_EQ(other.seen(t0 + 5s), 5);
}

TEST(Sharing, AQueryAnswersFromWhatIsHereWhenTheStoreIsSilent) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  store->silent = true;
  one.decide(t0);
  EXPECT_EQ(one.seen(t0), 1);
  store->unlisted.front()(std::nullopt);  // too late, and nobody minds
}

TEST(Sharing, AQueryReadsAgainWhatHasChangedAlone) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  for (int minute = 0; minute < 10; ++minute) {
    one.decide(t0 + std::chrono::minutes(minute));
    one.flush(t0 + std::chrono::minutes(minute));
  }
  EXPECT_EQ(other.seen(t0 + 10min), 10);
  EXPECT_EQ(store->fetched, 10);
  one.decide(t0 + 9min);
  one.flush(t0 + 9min);
  EXPECT_EQ(other.seen(t0 + 10min), 11);
  EXPECT_EQ(store->fetched, 11);
}

TEST(Sharing, RecordsThatAreNoneAreLeftOut) {
  const auto store = std::make_shared<AStore>();
  Process one(store);
  Process other(store);
  one.decide(t0);
  one.flush(t0);
  auto& records = store->held[std::to_string(start / day)];
  const std::string name = ":0:" + std::to_string(start) + ":60000";
  const std::vector<std::string> wrong{"x" + name, "y" + name + ":", "nonsense", "", ":::", "z:9:0:1", "z:0:0:0"};
  for (const std::string& one_of_them : wrong) records[one_of_them] = {.version = 1, .bytes = "nonsense"};
  EXPECT_EQ(other.seen(t0), 1);
}

}  // namespace
}  // namespace weir::analytics
