#include "gateway/admission.hpp"

#include "allocations.hpp"
#include "gateway/a_limit.hpp"
#include "gateway/written_request.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;

class WithoutAllocating : public testing::Test {
 protected:
  static Settings settings() {
    Settings settings;
    settings.limits = {per_user("per-user", sliding_window(1'000'000, 1min)),
                       per_user("per-day", fixed_window(1'000'000, 24h))};
    return settings;
  }
  [[nodiscard]] std::size_t spent(const RouteLimits& route) const {
    const WrittenRequest request = WrittenRequest().with("x-user", "ann");
    (void)admit(request, route, runtime_, {});  // the key's slot comes into being
    return allocations_of([&] { (void)admit(request, route, runtime_, {}); });
  }
  Runtime runtime_{settings()};
};

TEST_F(WithoutAllocating, OneLimitIsDecidedAndItsHeadersWritten) {
  EXPECT_EQ(spent(runtime_.limits_of({.name = "/*", .upstream = "u", .limits = {{"per-user"}}})), 0);
}

TEST_F(WithoutAllocating, SeveralLimitsAreDecided) {
  EXPECT_EQ(spent(runtime_.limits_of({.name = "/*", .upstream = "u", .limits = {{"per-user"}, {"per-day"}}})), 0);
}

TEST_F(WithoutAllocating, TheCurrentRuntimeIsFound) {
  Runtime::install(std::make_shared<Runtime>(settings()));
  (void)Runtime::current();
  EXPECT_EQ(allocations_of([] { (void)Runtime::current(); }), 0);
  Runtime::install(nullptr);
}

}  // namespace
}  // namespace weir::gateway
