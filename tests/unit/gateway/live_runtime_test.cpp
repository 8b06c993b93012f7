#include "gateway/live_runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <expected>
#include <string>
#include <vector>

namespace weir::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string settings(int generation, const std::string& algorithm = "fixed_window", int count = 10) {
  return R"({"generation":)" + std::to_string(generation) +
         R"(,"limits":[{"name":"a","prefix":"weir:a","key":[{"source":"ip"}],"rule":{"algorithm":")" + algorithm +
         R"(","period":"1m","count":)" + std::to_string(count) + "}}]}";
}

class ALiveRuntime : public testing::Test {
 protected:
  [[nodiscard]] Limiter& limiter() const { return *Runtime::current()->find("a")->limiter; }
  [[nodiscard]] api::Metrics& metrics() const { return Runtime::current()->metrics(); }

  std::vector<std::string> notes_;
  LiveRuntime live_{settings(1), [this](std::string_view sentence) { notes_.emplace_back(sentence); }};
};

TEST_F(ALiveRuntime, InstallsWhatItWasMadeOf) {
  EXPECT_EQ(limiter().rate().rule.count, 10);
  EXPECT_EQ(live_.status(), "{\"generation\":1,\"error\":null}\n");
}

TEST_F(ALiveRuntime, GoesOnWithChangedSettings) {
  (void)limiter().limit("ann", 4);
  live_.offer(settings(2, "fixed_window", 20));
  EXPECT_EQ(limiter().remaining("ann").remaining, 16);
  EXPECT_EQ(live_.status(), "{\"generation\":2,\"error\":null}\n");
  EXPECT_EQ(metrics().reloads_applied.value(), 1);
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(ALiveRuntime, SaysWhichLimitStartsAfresh) {
  live_.offer(settings(2, "token_bucket"));
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("limit 'a' starts afresh")));
}

TEST_F(ALiveRuntime, KeepsTheOldOnesWhenNewOnesCannotBeUsed) {
  live_.offer(settings(2, "fixed_window", -1));
  EXPECT_EQ(limiter().rate().rule.count, 10);
  EXPECT_THAT(live_.status(), HasSubstr(R"("generation":1,"error":"limit 'a')"));
  EXPECT_EQ(metrics().reloads_refused.value(), 1);
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("refused")));
}

TEST_F(ALiveRuntime, CountsTheSameBrokenSettingsOnce) {
  live_.offer("{");
  live_.offer("{");
  EXPECT_EQ(metrics().reloads_refused.value(), 1);
}

TEST_F(ALiveRuntime, TheSameSettingsAgainChangeNothingButTheError) {
  const auto version = Runtime::version();
  live_.offer(std::unexpected("gone"));
  EXPECT_THAT(live_.status(), HasSubstr("\"gone\""));
  live_.offer(settings(1));
  EXPECT_EQ(live_.status(), "{\"generation\":1,\"error\":null}\n");
  EXPECT_EQ(Runtime::version(), version);
  EXPECT_EQ(metrics().reloads_applied.value(), 0);
}

TEST_F(ALiveRuntime, CountsWhatWasRefusedElsewhere) {
  live_.count_refused();
  EXPECT_EQ(metrics().reloads_refused.value(), 1);
}

TEST(LiveRuntime, IsTheProcessesAsLongAsItLives) {
  {
    const LiveRuntime live(settings(1), [](std::string_view) {});
  }
  EXPECT_EQ(Runtime::current(), nullptr);
}

}  // namespace
}  // namespace weir::gateway
