#include <weir/weir.hpp>

#include "allocations.hpp"
#include "limiter/composite_key.hpp"
#include "limiter/fake_clock.hpp"
#include "limiter/matchers.hpp"

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <string>

namespace weir::limiter {
namespace {

class NoAllocation : public testing::Test {
 protected:
  FakeClock clock_;
  std::shared_ptr<Store> store_ = memory_store({.clock = &clock_});
  const std::string key_ = std::string(5000, 'k');  // longer than any small buffer
};

TEST_F(NoAllocation, CountsAllocationsAtAll) {
  std::unique_ptr<int> kept;  // a pair of new and delete could be left out by the compiler
  EXPECT_EQ(allocations_of([&] { kept = std::make_unique<int>(1); }), 1U);
  EXPECT_EQ(*kept, 1);
}

TEST_F(NoAllocation, InADecision) {
  for (const Rule& rule : {fixed_window(2, 1min), sliding_window(2, 1min), token_bucket(2, 1min),
                           interval_bucket(2, 1min), gcra(2, 1min), unlimited()}) {
    Limiter limiter(rule, {.store = store_});
    (void)limiter.limit(key_);  // the table may grow for a first key
    EXPECT_EQ(allocations_of([&] {
                for (int call = 0; call < 10; ++call) (void)limiter.limit(key_);
                (void)limiter.remaining(key_);
                (void)limiter.limit(key_, -1);
                (void)limiter.limit(42, 100);
              }),
              0U)
        << static_cast<int>(rule.algorithm);
  }
}

TEST_F(NoAllocation, InADecisionWithTheSystemsClock) {
  Limiter limiter(gcra(2, 1min));
  (void)limiter.limit(key_);
  EXPECT_EQ(allocations_of([&] { (void)limiter.limit(key_); }), 0U);
}

TEST_F(NoAllocation, InADecisionWithListsAndRates) {
  Limiter limiter(fixed_window(2, 1min), {.store = store_,
                                          .overrides = {{"vip*", fixed_window(5, 1min)}, {"10.0.0.0/8", unlimited()}},
                                          .allow = {"friend"},
                                          .deny = {"2001:db8::/32"}});
  ASSERT_TRUE(limiter.set_rate(fixed_window(3, 1min)));
  for (const char* key : {"user", "vip-1", "10.1.1.1", "friend", "2001:db8::1"}) {
    (void)limiter.limit(key);
    EXPECT_EQ(allocations_of([&] { (void)limiter.limit(key); }), 0U) << key;
  }
}

TEST_F(NoAllocation, InADecisionOverSeveralLimits) {
  Limiter per_user(fixed_window(5, 1min), {.store = store_});
  Limiter per_ip(gcra(3, 1min), {.store = store_});
  Limiter shadow(sliding_window(2, 1min), {.store = store_, .shadow = true});
  Limiter elsewhere(token_bucket(4, 1min), {.store = memory_store({.clock = &clock_})});
  const std::array checks{Check(per_user, key_), Check(per_ip, "1.2.3.4"), Check(shadow, key_), Check(elsewhere, 7)};
  std::array<Decision, 4> decisions;
  ASSERT_TRUE(limit_all(checks, decisions));
  bool refused = false;
  EXPECT_EQ(allocations_of([&] {
              for (int call = 0; call < 5; ++call) refused |= !limit_all(checks, decisions).allowed;
            }),
            0U);
  EXPECT_TRUE(refused);
}

TEST_F(NoAllocation, InACompositeKeyThatFitsItsBuffer) {
  std::string buffer;
  buffer.reserve(100);
  const std::array<std::string_view, 2> parts{"tenant", "user\n42"};
  EXPECT_EQ(allocations_of([&] { append_composite_key(buffer, parts); }), 0U);
  EXPECT_EQ(buffer, R"(["tenant","user\n42"])");
}

}  // namespace
}  // namespace weir::limiter
