// What is done before a process stands still.
#include "store/due/due_work.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::IsEmpty;

struct ADueWork : testing::Test {
  void add(const std::string& name, const std::shared_ptr<int>& owner) {
    due_.add(owner, [this, name](DueWork::Deadline until) {
      done_.push_back(name);
      untils_.push_back(until);
    });
  }

  DueWork due_;
  std::vector<std::string> done_;
  std::vector<DueWork::Deadline> untils_;
  std::shared_ptr<int> owner_ = std::make_shared<int>();
};

TEST_F(ADueWork, IsDoneInTheOrderItWasGiven) {
  add("store", owner_);
  add("analytics", owner_);
  due_.run(steady_clock::now() + 1h);
  EXPECT_THAT(done_, ElementsAre("store", "analytics"));
}

TEST_F(ADueWork, IsDoneEachTimeItIsAskedFor) {
  add("store", owner_);
  due_.run(steady_clock::now() + 1h);
  due_.run(steady_clock::now() + 1h);
  EXPECT_THAT(done_, ElementsAre("store", "store"));
}

TEST_F(ADueWork, EndsWithItsOwner) {
  auto gone = std::make_shared<int>();
  add("gone", gone);
  add("here", owner_);
  gone.reset();
  due_.run(steady_clock::now() + 1h);
  EXPECT_THAT(done_, ElementsAre("here"));
}

TEST_F(ADueWork, GetsAnEqualPartOfTheTime) {
  add("first", owner_);
  add("second", owner_);
  const DueWork::Deadline begin = steady_clock::now();
  due_.run(begin + 10h);
  ASSERT_EQ(untils_.size(), 2U);
  EXPECT_LT(untils_[0], begin + 6h);
  EXPECT_EQ(untils_[1], begin + 10h);
}

TEST_F(ADueWork, IsLeftWhenThereIsNoTime) {
  add("store", owner_);
  due_.run(steady_clock::now());
  EXPECT_THAT(done_, IsEmpty());
}

TEST_F(ADueWork, ThatThrowsKeepsNobodyElse) {
  due_.add(owner_, [](DueWork::Deadline) { throw std::runtime_error("no"); });
  add("here", owner_);
  due_.run(steady_clock::now() + 1h);
  EXPECT_THAT(done_, ElementsAre("here"));
}

TEST_F(ADueWork, MayAddMore) {
  due_.add(owner_, [this](DueWork::Deadline) {
    if (done_.empty()) add("later", owner_);
  });
  due_.run(steady_clock::now() + 1h);
  EXPECT_THAT(done_, IsEmpty());
  due_.run(steady_clock::now() + 1h);
  EXPECT_THAT(done_, ElementsAre("later"));
}

}  // namespace
}  // namespace weir::store
