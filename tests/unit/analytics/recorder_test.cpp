#include "analytics/recorder.hpp"

#include "analytics/long_key.hpp"
#include "analytics/query.hpp"
#include "random/chance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

namespace weir::analytics {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Millis minute = 60'000;
constexpr Millis day = 24 * 60 * minute;
constexpr Millis start = 1'700'000'000'000 / day * day;
constexpr Instant t0{std::chrono::milliseconds(start)};

std::vector<Ranked> top_of(Recorder& recorder, By by, std::string_view limit = {}, Instant now = t0) {
  std::vector<Ranked> found;
  recorder.look_at(start, start + day, now, [&](SeenSlices slices) { found = top(slices, by, limit, 100); });
  return found;
}
std::vector<std::string> keys_of(const std::vector<Ranked>& ranked) {
  std::vector<std::string> keys;
  for (const Ranked& one : ranked) keys.push_back(one.key);
  return keys;
}
Counts sum_of(Recorder& recorder, const std::string& limit, Instant now = t0) {
  Counts sum;
  recorder.look_at(start, start + day, now, [&](SeenSlices slices) {
    sum = usage(slices, std::vector{limit}, start, start + day, day).series.at(limit).front();
  });
  return sum;
}

TEST(Recorder, CountsDecisionsByWhatBecameOfThem) {
  Recorder recorder;
  recorder.configure(Terms{});
  const LimitId a = recorder.limit("a");
  recorder.decided(a, "alice", Outcome::allowed, 3, t0);
  recorder.decided(a, "alice", Outcome::limited, 0, t0);
  recorder.decided(a, "bob", Outcome::denied, 0, t0);
  recorder.decided(a, "carol", Outcome::shadowed, 0, t0);
  recorder.charged(a, -1, t0);
  EXPECT_EQ(sum_of(recorder, "a"), (Counts{.allowed = 2, .limited = 1, .denied = 1, .shadowed = 1, .cost = 2}));
  EXPECT_THAT(keys_of(top_of(recorder, By::allowed)), ElementsAre("alice", "carol"));
  EXPECT_THAT(keys_of(top_of(recorder, By::limited)), ElementsAre("alice"));
  EXPECT_THAT(keys_of(top_of(recorder, By::denied)), ElementsAre("bob"));
  EXPECT_THAT(top_of(recorder, By::tokens), IsEmpty());
  EXPECT_EQ(recorder.dropped(), 0U);
}

TEST(Recorder, PutsEachRecordIntoItsBucket) {
  Recorder recorder;
  recorder.configure(Terms{});
  const LimitId a = recorder.limit("a");
  for (const auto at : {0s, 59s, 60s, 130s, 61s}) recorder.decided(a, "alice", Outcome::allowed, 1, t0 + at);
  std::vector<std::int64_t> counts;
  recorder.look_at(start, start + 3 * minute, t0 + 130s, [&](SeenSlices slices) {
    const Usage found = usage(slices, std::vector<std::string>{"a"}, start, start + 3 * minute, minute);
    for (const Counts& one : found.series.at("a")) counts.push_back(one.allowed);
  });
  EXPECT_THAT(counts, ElementsAre(2, 2, 1));
}

TEST(Recorder, RecordsNothingWhileItIsOff) {
  Recorder recorder;
  const LimitId a = recorder.limit("a");
  recorder.decided(a, "alice", Outcome::allowed, 1, t0);
  recorder.configure(Terms{});
  EXPECT_EQ(sum_of(recorder, "a"), Counts{});
  recorder.decided(a, "alice", Outcome::allowed, 1, t0);
  recorder.configure(std::nullopt);
  recorder.configure(Terms{});
  EXPECT_EQ(sum_of(recorder, "a"), Counts{});
}

TEST(Recorder, CountsTokensByModelUpstreamAndKey) {
  Recorder recorder;
  recorder.configure(Terms{});
  const std::vector<CountedFor> keys{{recorder.limit("requests"), "alice"}, {recorder.limit("tokens"), "alice"}};
  Tokens priced{.of = {10, 5, 2, 1, 3, 250}, .priced = 1};
  Tokens unpriced{.of = {7, 1, 0, 0, 0, 0}, .priced = 0};
  recorder.took("openai", "gpt-4o", priced, keys, t0);
  recorder.took("openai", "llama", unpriced, {}, t0);
  std::vector<TokenRow> by_model;
  std::vector<TokenRow> by_upstream;
  std::vector<TokenRow> by_key;
  recorder.look_at(start, start + day, t0, [&](SeenSlices slices) {
    by_model = tokens(slices, TokensBy::model, 10);
    by_upstream = tokens(slices, TokensBy::upstream, 10);
    by_key = tokens(slices, TokensBy::key, 10);
  });
  ASSERT_EQ(by_model.size(), 2U);
  EXPECT_EQ(by_model[0].name, "gpt-4o");
  EXPECT_EQ(by_model[0].tokens, priced);
  EXPECT_EQ(by_model[1].tokens, unpriced);
  ASSERT_EQ(by_upstream.size(), 1U);
  EXPECT_EQ(by_upstream[0].tokens[Kind::input], 17);
  ASSERT_EQ(by_key.size(), 1U);  // one key, whichever limits counted it
  EXPECT_EQ(by_key[0].name, "alice");
  EXPECT_EQ(by_key[0].tokens, priced);
  const auto ranked = top_of(recorder, By::tokens);
  ASSERT_EQ(ranked.size(), 2U);  // of each limit
  EXPECT_EQ(ranked[0].count, 15);
}

TEST(Recorder, CountsInvocations) {
  Recorder recorder;
  recorder.configure(Terms{});
  recorder.invoked("orders", "ok", "", t0);
  recorder.invoked("orders", "throttled", "ConcurrentInvocationLimitExceeded", t0);
  recorder.invoked("orders", "ok", "", t0);
  std::vector<LambdaRow> rows;
  recorder.look_at(start, start + day, t0, [&](SeenSlices slices) { rows = lambdas(slices); });
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].name, (LambdaName{"orders", "ok", ""}));
  EXPECT_EQ(rows[0].count, 2);
  EXPECT_EQ(rows[1].name.reason, "ConcurrentInvocationLimitExceeded");
}

TEST(Recorder, TellsTotalsSinceItBegan) {
  Recorder recorder;
  recorder.configure(Terms{.retention = 2 * minute});
  const LimitId a = recorder.limit("a");
  recorder.decided(a, "alice", Outcome::allowed, 1, t0);
  EXPECT_EQ(recorder.totals(t0).at("a").allowed, 1);
  recorder.decided(a, "alice", Outcome::limited, 0, t0 + 1h);
  EXPECT_EQ(recorder.totals(t0 + 1h).at("a"), (Counts{.allowed = 1, .limited = 1, .cost = 1}));
}

TEST(Recorder, NamesOfLimitsAreBounded) {
  Recorder recorder;
  recorder.configure(Terms{});
  for (std::size_t i = 0; i < most_limits + 10; ++i) (void)recorder.limit(std::to_string(i));
  const LimitId beyond = recorder.limit("one more");
  EXPECT_EQ(beyond, recorder.limit("and another"));
  EXPECT_NE(beyond, recorder.limit("0"));
}

// Threads that record, one that collects and looks: nothing is lost, nothing counted twice, each key within its bounds.
TEST(Recorder, LosesNothingWhileItIsCollected) {
  Recorder recorder;
  recorder.configure(Terms{.top = 20});
  const std::vector<LimitId> limits{recorder.limit("a"), recorder.limit("b")};
  constexpr int threads = 4;
  constexpr int each = 20'000;
  std::vector<std::map<std::string, std::int64_t>> truths(threads);
  std::atomic<int> running{threads};
  {
    std::vector<std::jthread> workers;
    for (int number = 0; number < threads; ++number) {
      workers.emplace_back([&, number] {
        Chance chance(static_cast<std::uint64_t>(20 + number));
        for (int i = 0; i < each; ++i) {
          const std::string key = std::to_string(chance.magnitude(10'000));
          recorder.decided(limits[static_cast<std::size_t>(i % 2)], key, Outcome::allowed, 2, t0 + i * 10ms);
          if (i % 2 == 0) ++truths[static_cast<std::size_t>(number)][key];
        }
        --running;
      });
    }
    while (running > 0) recorder.collect(t0 + each * 10ms);
  }
  const Instant end = t0 + each * 10ms;
  EXPECT_EQ(sum_of(recorder, "a", end).allowed, threads * each / 2);
  EXPECT_EQ(sum_of(recorder, "b", end).cost, threads * each);
  std::map<std::string, std::int64_t> truth;
  for (const auto& one : truths) {
    for (const auto& [key, count] : one) truth[key] += count;
  }
  const auto ranked = top_of(recorder, By::allowed, "a", end);
  ASSERT_FALSE(ranked.empty());
  for (const Ranked& one : ranked) {
    EXPECT_LE(one.count - one.error, truth[one.key]) << repeat_with();
    EXPECT_GE(one.count, truth[one.key]) << repeat_with();
  }
}

TEST(CountedKey, IsTheTextItself) {
  const std::string bytes("a\0\xFF", 3);
  EXPECT_EQ(CountedKey(bytes).text(), bytes);
  EXPECT_EQ(CountedKey(Key(-42)).text(), "-42");
  const std::string longest(longest_key, 'k');
  EXPECT_EQ(CountedKey(longest).text(), longest);
}

TEST(CountedKey, OfMoreThanItHoldsIsAHash) {
  const std::string one(longest_key + 1, 'k');
  std::string other = one;
  other.back() = 'l';
  EXPECT_THAT(std::string(CountedKey(one).text()), testing::MatchesRegex("%xxh3=[0-9a-f]+"));
  EXPECT_EQ(CountedKey(one).text(), std::string(CountedKey(one).text()));
  EXPECT_NE(std::string(CountedKey(one).text()), CountedKey(other).text());
}

}  // namespace
}  // namespace weir::analytics
