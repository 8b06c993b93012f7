#include "config/a_config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

TEST(GoodTop, AnalyticsAreOnByThemselves) {
  EXPECT_EQ(config_of(with_lines("")).analytics, (Analytics{.retention = 30 * 24h, .bucket = 1min, .top = 1000}));
}

TEST(GoodTop, AnalyticsSayForHowLongHowFineAndOfHowManyKeys) {
  EXPECT_EQ(config_of(with_lines("analytics: { retention: 7d, bucket: 10s, top: 50 }")).analytics,
            (Analytics{.retention = 7 * 24h, .bucket = 10s, .top = 50}));
  EXPECT_EQ(config_of(with_lines("analytics: {}")).analytics, Analytics{});
}

TEST(GoodTop, AnalyticsCanBeOff) { EXPECT_FALSE(config_of(with_lines("analytics: off")).analytics); }

TEST(GoodTop, AlertsAreOfSharesOrOfRefusals) {
  const Config config = config_of(with_lines(R"(alerts:
  - { limit: a, at: 12.5%, webhook: "https://hooks.example.com/x?y=z", secret: s }
  - { limit: a, refusals: 100/1m, webhook: "http://127.0.0.1:9999/alert" }
limits: { a: { key: ip, rate: 1/1s } })"));
  ASSERT_EQ(config.alerts.size(), 2);
  EXPECT_EQ(config.alerts[0].limit, "a");
  EXPECT_EQ(config.alerts[0].share, 125'000);
  EXPECT_EQ(config.alerts[0].webhook.value, "https://hooks.example.com/x?y=z");
  EXPECT_EQ(config.alerts[0].secret->value, "s");
  EXPECT_EQ(config.alerts[1].share, 0);
  EXPECT_EQ(config.alerts[1].refusals, 100);
  EXPECT_EQ(config.alerts[1].per, 1min);
  EXPECT_FALSE(config.alerts[1].secret);
}

TEST(GoodTop, ThereMayBeNoAlerts) { EXPECT_THAT(config_of(with_lines("alerts: []")).alerts, IsEmpty()); }

TEST(GoodTop, AdminListensOnLoopbackUnlessItIsToldOtherwise) {
  const Admin standard = config_of(with_lines("")).admin.value();
  EXPECT_EQ(standard.address.host, "127.0.0.1");
  EXPECT_EQ(standard.address.port, 9090);
  EXPECT_FALSE(standard.written);
  const Admin other = config_of(with_lines("admin: localhost:1234")).admin.value();
  EXPECT_EQ(other.address.port, 1234);
  EXPECT_TRUE(other.written);
  EXPECT_FALSE(other.token.has_value());
  EXPECT_FALSE(config_of(with_lines("admin: off")).admin.has_value());
}

TEST(GoodTop, AdminOnAnyAddressHasAToken) {
  const Admin admin = config_of(with_lines("admin: { listen: 0.0.0.0:9090, token: \"Bearer-${TOKEN}\" }"),
                                environment_of({{"TOKEN", "hunter2"}}))
                          .admin.value();
  EXPECT_EQ(admin.address.host, "0.0.0.0");
  EXPECT_EQ(admin.token.value().value, "Bearer-hunter2");
  EXPECT_EQ(admin.token.value().written, "Bearer-${TOKEN}");
}

TEST(GoodTop, TheDefaultAdminGivesWayToListen) {
  EXPECT_FALSE(config_of(with_lines("listen: 0.0.0.0:9090")).admin.has_value());
}

TEST(GoodTop, ListenMayHaveACertificate) {
  const std::filesystem::path directory = testing::TempDir();
  std::ofstream(directory / "weir-tls.crt") << "-----BEGIN CERTIFICATE-----\n";
  std::ofstream(directory / "weir-tls.key") << "-----BEGIN EC PRIVATE KEY-----\n";
  const Config config =
      config_of(with_lines("listen: { address: 127.0.0.1:8443, tls: { cert: weir-tls.crt, key: " + directory.string() +
                           "/weir-tls.key } }"),
                no_environment(), directory);
  std::filesystem::remove(directory / "weir-tls.crt");
  std::filesystem::remove(directory / "weir-tls.key");
  EXPECT_EQ(config.listen.port, 8443);
  ASSERT_TRUE(config.tls.has_value());
  EXPECT_EQ(config.tls->certificate, directory / "weir-tls.crt");
  EXPECT_EQ(config.tls->key, directory / "weir-tls.key");
}

TEST(GoodTop, TheAccessLogGoesToStandardOutputOrAFile) {
  EXPECT_EQ(config_of(with_lines("access_log: { to: stdout }")).access_log.to, AccessLog::To::stdout_);
  const AccessLog log =
      config_of(with_lines("access_log: { to: weir.log, key: hash }"), no_environment(), testing::TempDir()).access_log;
  EXPECT_EQ(log.to, AccessLog::To::file);
  EXPECT_EQ(log.file, std::filesystem::path(testing::TempDir()) / "weir.log");
  EXPECT_EQ(log.key, AccessLog::Key::hash);
}

TEST(GoodTop, ListensOnIpv6AndLocalhost) {
  EXPECT_EQ(config_of(with_lines("listen: \"[::1]:8080\"")).listen.host, "::1");
  EXPECT_EQ(config_of(with_lines("listen: localhost:8080")).listen.host, "127.0.0.1");
}

TEST(GoodTop, BodyFromAFileIsReadAndTypedByItsEnding) {
  const std::filesystem::path directory = testing::TempDir();
  std::ofstream(directory / "sorry.html") << "<p>later</p>";
  const Config config = config_of(with_lines("responses: { body: { file: sorry.html } }"), no_environment(), directory);
  std::filesystem::remove(directory / "sorry.html");
  EXPECT_EQ(config.responses.body, Responses::Body::file);
  EXPECT_EQ(config.responses.file_body, "<p>later</p>");
  EXPECT_EQ(config.responses.file_type, "text/html; charset=utf-8");
}

}  // namespace
}  // namespace weir::config
