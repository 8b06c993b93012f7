#include "a_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

using testing::HasSubstr;

TEST(Answer, NothingIsAtOtherPaths) {
  const AService service;
  for (const char* path : {"", "/", "*", "/api", "/api/v1", "/api/v1/limit/", "/api/v1/limits/a", "//healthz",
                           "/healthz/", "/api/v1/../../healthz", "/API/v1/limits", "http://localhost/healthz"}) {
    const Answered answered = ask(service, "GET", path);
    EXPECT_EQ(answered.status, 404) << path;
    EXPECT_EQ(answered["title"], "Not Found") << path;
  }
}

TEST(Answer, OtherMethodsAreToldWhichThereAre) {
  AService service;
  service.add("a", fixed_window(1, 1min));
  EXPECT_EQ(ask(service, "GET", "/api/v1/limit").status, 405);
  EXPECT_EQ(ask(service, "GET", "/api/v1/limit").header("allow"), "POST, OPTIONS");
  EXPECT_EQ(ask(service, "PATCH", "/api/v1/limits/a/rate").header("allow"), "GET, HEAD, PUT, DELETE, OPTIONS");
  const Answered options = ask(service, "OPTIONS", "/metrics");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(ask(service, "OPTIONS", "/nothing").status, 404);
}

TEST(Answer, HeadIsGetWhoseBodyTheListenerDrops) {
  const AService service;
  EXPECT_EQ(ask(service, "HEAD", "/healthz").body, ask(service, "GET", "/healthz").body);
}

TEST(Answer, ProblemsNeverEchoWhatCannotBePrinted) {
  const AService service;
  const Answered answered = ask(service, "GET", "/api/v1/limits/%00%1b%FF%22/rate");
  EXPECT_EQ(answered.status, 404);
  EXPECT_EQ(answered["detail"], "No limit is named '???\"'.");
}

TEST(Answer, HealthIsAlwaysWell) {
  AService service;
  service.up = false;
  EXPECT_EQ(ask(service, "GET", "/healthz").status, 200);
}

TEST(Answer, ReadinessIsTheStoresWhereRequestsNeedIt) {
  AService service;
  EXPECT_EQ(ask(service, "GET", "/readyz").body, "{\"status\":\"ready\",\"store\":\"up\"}\n");
  service.up = false;
  const Answered without = ask(service, "GET", "/readyz");
  EXPECT_EQ(without.status, 200);
  EXPECT_EQ(without["store"], "down");
  service.on_error_when_down = config::Store::OnError::deny;
  EXPECT_EQ(ask(service, "GET", "/readyz").status, 503);
  EXPECT_EQ(ask(service, "GET", "/readyz")["store"], "down");
}

TEST(Answer, MetricsAreInPrometheusText) {
  AService service;
  service.add("a", fixed_window(1, 1min));
  ask(service, "POST", "/api/v1/limit", R"({"limit":"a","key":"u"})");
  const Answered page = ask(service, "GET", "/metrics");
  EXPECT_THAT(page.body, HasSubstr("weir_decisions_total{limit=\"a\",decision=\"allowed\"} 1\n"));
  EXPECT_THAT(page.body, HasSubstr("weir_store_keys{store=\"memory\"} 1\n"));
}

TEST(Answer, AccessComesFirst) {
  const AService service;
  const Request request{.method = "GET", .target = "/nothing", .host = "localhost"};
  EXPECT_EQ(answer(service, Access{.token = sha256("t")}, request).status, 401);
  EXPECT_EQ(answer(service, Access{}, request).status, 404);
}

}  // namespace
}  // namespace weir::api
