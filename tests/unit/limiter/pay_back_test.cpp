// What a process that ends does about what it has granted while the store was away.
#include "limiter/pay_back.hpp"

#include "limiter/an_outage.hpp"
#include "store/due/due_work.hpp"

#include <thread>

namespace weir::limiter {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct PayingBack : AnOutage {
  StillOwed pay(std::chrono::milliseconds longest) { return pay_back(handle_->impl(), longest); }
};

TEST_F(PayingBack, ChargesAllOfItToAStoreThatIsBack) {
  const Rule rule = fixed_window(100, 1min);
  Limiter requests = limiter(rule);
  goes_away();
  for (int user = 0; user < 600; ++user) ASSERT_TRUE(requests.limit(user));
  is_back();
  const StillOwed owed = pay(1min);
  EXPECT_EQ(owed.keys, 0);
  EXPECT_THAT(store_->charged(), SizeIs(600));
  EXPECT_EQ(used(rule, 599), 1);
}

TEST_F(PayingBack, SendsSettlementsToo) {
  Limiter requests = limiter(fixed_window(100, 1min));
  auto reservation = requests.reserve("user", 10);
  ASSERT_TRUE(reservation);
  goes_away();
  EXPECT_FALSE(reservation->settle(3));
  is_back();
  EXPECT_EQ(pay(1min).settlements, 0);
  EXPECT_EQ(used(fixed_window(100, 1min), "user"), 3);
}

TEST_F(PayingBack, TriesAStoreThatIsAwayForItsTimeAndSaysWhatIsLost) {
  Limiter requests = limiter(fixed_window(100, 1min));
  goes_away();
  for (int user = 0; user < 300; ++user) ASSERT_TRUE(requests.limit(user));
  EXPECT_EQ(pay(30ms).keys, 300);
  EXPECT_THAT(store_->charged(), IsEmpty());
}

TEST_F(PayingBack, FindsAStoreThatComesBackMeanwhile) {
  Limiter requests = limiter(fixed_window(100, 1min));
  goes_away();
  ASSERT_TRUE(requests.limit("user"));
  std::thread returning([&] { is_back(); });
  EXPECT_EQ(pay(1min).keys, 0);
  returning.join();
  EXPECT_THAT(store_->charged(), SizeIs(1));
}

TEST_F(PayingBack, CountsWhatGotNoAnswerAsLost) {
  Limiter requests = limiter(fixed_window(100, 1min));
  goes_away();
  ASSERT_TRUE(requests.limit("user"));
  store_->set_mood(Mood::waits);
  EXPECT_EQ(pay(30ms).keys, 1);
  store_->answer_now();
}

TEST_F(PayingBack, TakesNoTimeWhenNothingIsOwed) {
  Limiter requests = limiter(fixed_window(100, 1min));
  ASSERT_TRUE(requests.limit("user"));
  goes_away();
  EXPECT_EQ(pay(std::chrono::hours(1)).keys, 0);
  EXPECT_EQ(pay_back(memory_store()->impl(), std::chrono::hours(1)).keys, 0);
}

TEST_F(PayingBack, BeforeStandingStillChargesAllThatTheStoreTakes) {
  Limiter requests = limiter(fixed_window(1000, 1min));
  goes_away();
  for (int user = 0; user < 600; ++user) ASSERT_TRUE(requests.limit(user));
  is_back();
  store::due_work().run(std::chrono::steady_clock::now() + 1min);
  EXPECT_THAT(store_->charged(), SizeIs(600));
}

TEST_F(PayingBack, BeforeStandingStillTriesAStoreThatIsAwayOnce) {
  Limiter requests = limiter(fixed_window(1000, 1min));
  goes_away();
  for (int user = 0; user < 600; ++user) ASSERT_TRUE(requests.limit(user));
  pay_if_taken(handle_->impl(), std::chrono::steady_clock::time_point::max());
  EXPECT_EQ(handle_->statistics().owed, 600);
}

}  // namespace
}  // namespace weir::limiter
