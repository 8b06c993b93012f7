#include "alerts/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::alerts {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr Instant t0{std::chrono::milliseconds(1'700'000'000'000)};

std::shared_ptr<const Terms> terms(Terms of) { return std::make_shared<const Terms>(std::move(of)); }

const auto at_80_percent = terms({.limit = "per-user", .at = 800'000, .window = 60s});
const Crossing crossing{.used = 8, .capacity = 10, .reset = t0 + 30s, .at = t0, .window = t0 + 30s, .lasts = 40s};

TEST(AlertMessage, TellsWhatWasCrossed) {
  const Message message = message_of(at_80_percent, crossing, "user:42", R"("user:42")");
  EXPECT_EQ(message.body, R"({"id":")" + message.id +
                              R"(","limit":"per-user","key":"user:42","kind":"share","at":0.8,"used":8,"capacity":10,)"
                              R"("reset_ms":1700000030000,"time_ms":1700000000000})");
  EXPECT_THAT(message.id, MatchesRegex("[0-9a-f]{32}"));
}

TEST(AlertMessage, TellsTheNumberOfRefusals) {
  const auto refusals = terms({.limit = "per-user", .kind = Kind::refusals, .at = 100, .per = 60s});
  EXPECT_THAT(message_of(refusals, crossing, "a", R"("a")").body,
              AllOf(HasSubstr(R"("kind":"refusals")"), HasSubstr(R"("at":100,)")));
}

TEST(AlertMessage, OfOneWindowAndKeyHasOneNameWhoeverTellsIt) {
  Crossing later = crossing;
  later.at += 5s;
  later.used = 9;
  const Message one = message_of(at_80_percent, crossing, "a", R"("a")");
  const Message same = message_of(at_80_percent, later, "a", R"("a")");
  EXPECT_EQ(one.id, same.id);
  EXPECT_EQ(one.claim, same.claim);
  later.window = t0 + 90s;
  EXPECT_NE(one.claim, message_of(at_80_percent, later, "a", R"("a")").claim);
  EXPECT_NE(one.claim, message_of(at_80_percent, crossing, "b", R"("b")").claim);
}

TEST(AlertMessage, IsClaimedForEachWebhookApart) {
  Terms other = *at_80_percent;
  other.webhook.target = "/other";
  const Message one = message_of(at_80_percent, crossing, "a", R"("a")");
  const Message two = message_of(terms(other), crossing, "a", R"("a")");
  EXPECT_NE(one.claim, two.claim) << "who tells the one has not told the other";
  EXPECT_EQ(one.id, two.id) << "it is one crossing";
}

// RFC 4231, test case 2.
TEST(AlertMessage, IsSignedByHmacSha256) {
  EXPECT_EQ(signature("what do ya want for nothing?", "Jefe"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(AlertSample, LooksLikeAnAlertAndAsksNobody) {
  const Message message = sample(at_80_percent, 10, t0);
  EXPECT_THAT(message.body,
              AllOf(HasSubstr(R"("key":"sample","kind":"share","at":0.8)"), HasSubstr(R"("capacity":10)")));
  EXPECT_TRUE(message.claim.empty());
  EXPECT_NE(message.id, sample(at_80_percent, 10, t0).id);
}

}  // namespace
}  // namespace weir::alerts
