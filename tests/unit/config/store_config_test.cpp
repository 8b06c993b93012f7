// The section `store`, what limits may ask of it, and every way to get it wrong that we know of.
#include "config/a_config.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weir::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

std::string with_store(std::string_view store, std::string_view limit = "key: ip, rate: 100/1m") {
  return with_limit(limit) + "store: { " + std::string(store) + " }\n";
}

Store store_of(std::string_view store, const Environment& environment = no_environment(),
               const std::string& directory = ".") {
  return config_of(with_store(store), environment, directory).store;
}

Limit limit_on(std::string_view store, std::string_view limit) {
  const Config config = config_of(with_store(store, limit));
  return config.limits.empty() ? Limit{} : config.limits.front();
}

TEST(StoreConfig, IsTheMemoryUnlessSaidOtherwise) {
  const Store store = store_of("");
  EXPECT_TRUE(store.is_memory());
  EXPECT_EQ(store.layout, Store::Layout::weir);
  EXPECT_EQ(store.local_share, std::nullopt);
  EXPECT_THAT(store.regions, IsEmpty());
}

TEST(StoreConfig, DefaultsMayBeWrittenBesideTheMemory) {
  const Store store = store_of(
      "url: memory, timeout: 100ms, on_error: local, local_share: auto, namespace: weir, max_keys: 10000000, "
      "rejection_cache: 100000, layout: weir, regions: []");
  EXPECT_TRUE(store.is_memory());
}

TEST(StoreConfig, RedisTakesAllOfIt) {
  const Store store = store_of(
      "url: \"redis://cache:6380/2\", timeout: 20ms, on_error: local, local_share: 0.25, namespace: blue, max_keys: 5, "
      "rejection_cache: 7, regions: [\"redis://eu\", \"redis://us\"]");
  EXPECT_FALSE(store.is_memory());
  EXPECT_EQ(store.url.value, "redis://cache:6380/2");
  EXPECT_EQ(store.timeout, 20ms);
  EXPECT_EQ(store.local_share, 0.25);
  EXPECT_EQ(store.name_space, "blue");
  EXPECT_EQ(store.max_keys, 5);
  EXPECT_EQ(store.rejection_cache, 7);
  EXPECT_THAT(store.regions, ElementsAre(Secret{.value = "redis://eu", .written = "redis://eu"},
                                         Secret{.value = "redis://us", .written = "redis://us"}));
}

TEST(StoreConfig, AShareIsAPartOrAPercentage) {
  EXPECT_EQ(store_of("url: \"redis://h\", local_share: 25%").local_share, 0.25);
  EXPECT_EQ(store_of("url: \"redis://h\", local_share: 1").local_share, 1.0);
  EXPECT_EQ(store_of("url: \"redis://h\", local_share: 100%").local_share, 1.0);
  EXPECT_EQ(store_of("url: \"redis://h\", local_share: 0.5%").local_share, 0.005);
}

TEST(StoreConfig, AUrlKeepsHowItsPasswordIsWritten) {
  const auto environment = environment_of({{"PASSWORD", "hunter2"}});
  const Store store = store_of("url: \"redis://:${PASSWORD}@h\"", environment);
  EXPECT_EQ(store.url.value, "redis://:hunter2@h");
  EXPECT_EQ(store.url.written, "redis://:${PASSWORD}@h");
}

TEST(StoreConfig, FilesOfTlsAreFoundBesideTheConfig) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("store-config-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  for (const char* name : {"ca.pem", "c.pem", "k.pem"}) std::ofstream(folder / name) << "-----BEGIN X-----\n";
  const Store store = store_of("url: \"rediss://h\", tls: { ca: ca.pem, cert: c.pem, key: k.pem, server_name: r.x }",
                               no_environment(), folder);
  EXPECT_EQ(
      store.tls,
      (StoreTls{
          .ca = folder / "ca.pem", .certificate = folder / "c.pem", .key = folder / "k.pem", .server_name = "r.x"}));
  std::filesystem::remove_all(folder);
}

TEST(StoreConfig, ALimitMayLeaseFromRedis) {
  EXPECT_EQ(limit_on("url: \"redis://h\"", "key: ip, rate: 100/1m, mode: lease").mode, Mode::lease);
  EXPECT_EQ(limit_on("url: \"redis://h\"", "key: ip, rate: 100/1m, mode: exact").mode, Mode::exact);
  EXPECT_EQ(limit_on("", "key: ip, rate: 100/1m, mode: exact").mode, Mode::exact);
}

TEST(StoreConfig, AWindowOfUpstashMayBeCountedInTheProcess) {
  const std::string limit = "key: ip, rate: 100/1m, algorithm: fixed_window, mode: cached";
  EXPECT_EQ(limit_on("url: \"redis://h\", layout: upstash", limit).mode, Mode::cached);
}

TEST(StoreConfig, TheListOfBadAddressesIsThePackagesOwnOrAnother) {
  const std::string upstash = "url: \"redis://h\", layout: upstash";
  EXPECT_EQ(store_of(upstash).ip_deny_list, std::nullopt);
  EXPECT_EQ(store_of(upstash + ", ip_deny_list: {}").ip_deny_list, IpDenyList{});
  EXPECT_EQ(store_of(upstash + ", ip_deny_list: { threshold: 3 }").ip_deny_list, (IpDenyList{.threshold = 3}));
  EXPECT_EQ(store_of(upstash + ", ip_deny_list: { source: \"https://h/bad.txt\" }").ip_deny_list,
            (IpDenyList{.source = "https://h/bad.txt"}));
}

TEST(StoreConfig, ATokenBucketOfUpstashRefillsInWholeIntervals) {
  const Limit limit = limit_on("url: \"redis://h\", layout: upstash",
                               "key: ip, rate: 5/10s, burst: 20, algorithm: token_bucket, overrides: { vip: 9/1s }");
  EXPECT_EQ(limit.rule, interval_bucket(5, 10s, 20));
  EXPECT_EQ(limit.overrides.at(0).second, interval_bucket(9, 1s, 20));
}

TEST(StoreConfig, UpstashHasSlidingWindowsOnOneServer) {
  EXPECT_EQ(limit_on("url: \"redis://h\", layout: upstash", "key: ip, rate: 5/10s").rule, sliding_window(5, 10s));
  EXPECT_EQ(
      limit_on("url: \"redis+cluster://h\", layout: upstash", "key: ip, rate: 5/10s, algorithm: fixed_window").rule,
      fixed_window(5, 10s));
}

struct Broken {
  std::string store;
  std::string limit;
  int line;  // 5: the limit, 6: the store
  std::string message;
};

TEST(StoreConfig, WhatIsWrongIsSaidWhereItStands) {
  const std::string plain = "key: ip, rate: 100/1m";
  const std::string redis = "url: \"redis://h\"";
  const std::string upstash = redis + ", layout: upstash";
  const std::vector<Broken> all{
      {"url: \"http://h\"", plain, 6, "expected memory, or a Redis URL like redis://localhost:6379 for 'url'"},
      {"url: []", plain, 6, "expected memory, or a Redis URL"},
      {"url: \"redis://h/x\"", plain, 6, ""},
      {"tls: { ca: no.pem }", plain, 6, "no.pem' does not exist"},
      {redis + ", tls: {}", plain, 6, "'tls' has no effect with a URL without TLS"},
      {"url: \"rediss://h\", tls: { cert: no.pem }", plain, 6, "'key' is missing in 'tls'"},
      {"url: \"rediss://h\", tls: { key: no.pem }", plain, 6, "'cert' is missing in 'tls'"},
      {"url: \"rediss://h\", tls: { server_name: \"a b\" }", plain, 6, "expected a host name"},
      {"url: \"rediss://h\", tls: { cacert: x }", plain, 6, "unknown key 'cacert' in 'tls'"},
      {"tls: {}", plain, 6, "'tls' has no effect with the memory store"},
      {"local_share: 0.5", plain, 6, "'local_share' has no effect with the memory store"},
      {"layout: upstash", plain, 6, "'layout' has no effect with the memory store"},
      {"regions: [\"redis://h\"]", plain, 6, "'regions' has no effect with the memory store"},
      {"ip_deny_list: {}", plain, 6, "'ip_deny_list' has no effect with the memory store"},
      {redis + ", ip_deny_list: {}", plain, 6, "'ip_deny_list' has no effect with layout: weir"},
      {"url: \"redis+cluster://h\", layout: upstash, ip_deny_list: {}", "key: ip, rate: 1/1s, algorithm: fixed_window",
       6, "'ip_deny_list' has no effect with a Redis Cluster"},
      {upstash + ", regions: [\"redis://other\"], ip_deny_list: {}", "key: ip, rate: 1/1s, algorithm: fixed_window", 6,
       "'ip_deny_list' has no effect with several regions"},
      {upstash + ", ip_deny_list: 6", plain, 6, "expected a mapping like { threshold: 6 }"},
      {upstash + ", ip_deny_list: { threshold: 9 }", plain, 6, "'threshold'"},
      {upstash + ", ip_deny_list: { source: \"ftp://h\" }", plain, 6, "the URL of 'source' must start with http://"},
      {upstash + ", ip_deny_list: { source: \"http://h\", threshold: 2 }", plain, 6, "has no effect with 'source'"},
      {"", plain + ", mode: cached", 5, "'mode: cached' has no effect with the memory store"},
      {redis, plain + ", mode: cached", 5, "'mode: cached' has no effect with layout: weir"},
      {upstash, plain + ", mode: cached", 5, "'mode: cached' has no effect with sliding_window"},
      {upstash + ", regions: [\"redis://other\"]", plain + ", mode: cached", 5,
       "'mode: cached' has no effect with several regions"},
      {upstash, "key: ip, rate: unlimited, mode: cached", 5, "'mode: cached' has no effect with an unlimited rate"},
      {redis + ", local_share: 0", plain, 6, "expected auto, or a share above 0 and up to 1"},
      {redis + ", local_share: 101%", plain, 6, "expected auto, or a share above 0 and up to 1"},
      {redis + ", local_share: half", plain, 6, "expected auto, or a share above 0 and up to 1"},
      {redis + ", local_share: nan", plain, 6, "expected auto, or a share above 0 and up to 1"},
      {redis + ", local_share: 0.5, on_error: deny", plain, 6, "'local_share' has no effect with on_error: deny"},
      {redis + ", local_share: 0.5, on_error: allow", plain, 6, "'local_share' has no effect with on_error: allow"},
      {redis + ", layout: upstashed", plain, 6, "did you mean upstash?"},
      {redis + ", regions: \"redis://h2\"", plain, 6, "expected a list of Redis URLs"},
      {redis + ", regions: [memory]", plain, 6, "expected a Redis URL like redis://localhost:6379"},
      {upstash + ", regions: [\"redis+cluster://a\"]", plain, 6, "a Redis Cluster can't be a region"},
      {upstash + ", regions: [\"redis://a\"]", plain + ", algorithm: token_bucket", 5,
       "no token_bucket over several regions"},
      {redis + ", regions: [\"redis://h\"]", plain, 6, "'url' is among 'regions'"},
      {redis + ", regions: [\"redis://a\", \"redis://a\"]", plain, 6, "this URL is given twice"},
      {"", plain + ", mode: lease", 5, "'mode: lease' has no effect with the memory store"},
      {redis, plain + ", mode: leased", 5, "did you mean lease?"},
      {redis, "key: ip, rate: 5/1s, algorithm: sliding_log, mode: lease", 5, "no effect with sliding_log"},
      {redis, "key: ip, rate: 5, algorithm: concurrency, mode: lease", 5, "no effect with concurrency"},
      {redis, "key: ip, rate: 5/month, mode: lease", 5, "no effect with windows of the calendar"},
      {redis, "key: ip, rate: unlimited, mode: lease", 5, "no effect with an unlimited rate"},
      {redis + ", regions: [\"redis://a\"]", plain + ", mode: lease", 5, "no effect with several regions"},
      {upstash, plain + ", mode: lease", 5, "no effect with layout: upstash"},
      {upstash, plain + ", algorithm: sliding_log", 5, "there is no sliding_log with layout: upstash"},
      {upstash, plain + ", algorithm: gcra", 5, "there is no gcra with layout: upstash"},
      {upstash, "key: ip, rate: 5, algorithm: concurrency", 5, "there is no concurrency with layout: upstash"},
      {upstash, "key: ip, rate: 5/month", 5, "there are no rates by month or year with layout: upstash"},
      {upstash, "key: ip, rate: 5/1d, algorithm: fixed_window, overrides: { a: 9/year }", 5, "no rates by month"},
      {upstash, "key: ip, rate: 5/1d, anchor: 2026-01-15", 5, "'anchor' has no effect with layout: upstash"},
      {upstash, plain + ", charge: 5xx", 5, "'charge' needs reservations"},
      {"url: \"redis+cluster://h\", layout: upstash", plain, 5, "sliding_window does not work on a Redis Cluster"},
  };
  for (const Broken& broken : all) {
    const auto errors = errors_of(with_store(broken.store, broken.limit));
    const bool found = std::ranges::any_of(errors, [&](const Error& error) {
      return error.line == broken.line && error.message.find(broken.message) != std::string::npos;
    });
    EXPECT_TRUE(found) << broken.store << " | " << broken.limit << "\nexpected " << broken.message << "\ngot "
                       << testing::PrintToString(errors);
  }
}

TEST(StoreConfig, WhatIsWrongWithAUrlIsSaidWithoutItsPassword) {
  for (const std::string url :
       {"redis://u:hunter2@", "redis://u:hunter2@h/x", "redis+sentinel://:hunter2@h", "http://:hunter2@h",
        "redis://u:hunter2@h:99999999", "redis+cluster://u:hunter2@h/3", "redis://u:%hunter2@h"}) {
    const std::string text = with_store("url: \"" + url + "\"");
    const auto errors = errors_of(text);
    EXPECT_THAT(errors, Not(IsEmpty())) << url;
    for (const Error& error : errors) {
      EXPECT_THAT(describe(error, "weir.yaml", text), Not(HasSubstr("hunter2")));
    }
  }
}

TEST(StoreConfig, AnUnreadableStoreSaysNothingOfItsLimits) {
  const auto errors = errors_of(with_store("url: 5", "key: ip, rate: 5/1s, mode: lease"));
  ASSERT_EQ(errors.size(), 1U) << testing::PrintToString(errors);
  EXPECT_EQ(errors.front().line, 6);
}

}  // namespace
}  // namespace weir::config
