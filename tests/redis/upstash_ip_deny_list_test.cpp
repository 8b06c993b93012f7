// The list of bad addresses: fetched beside decisions, from sources that are slow, gone, huge or garbage.
#include "http_source.hpp"
#include "redis_server.hpp"

#include <weir/asio.hpp>
#include <weir/limiter.hpp>
#include <weir/redis_asio.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;
using store::redis::becomes_true;
using store::redis::http_answer;
using store::redis::HttpSource;
using store::redis::RedisServer;
using testing::HasSubstr;

constexpr const char* bad = "198.51.100.7";
constexpr const char* worse = "203.0.113.9";

class IpDenyList : public testing::Test {
 protected:
  std::shared_ptr<Store> store_on(const std::string& source) {
    auto opened = redis_store("redis://" + server_.address(), options(source));
    if (!opened) throw std::runtime_error(opened.error());
    return *opened;
  }
  RedisStoreOptions options(const std::string& source) {
    return {.timeout = 5s,
            .layout = RedisLayout::upstash,
            .ip_deny_list = RedisIpDenyList{.source = source},
            .on_notice = [this](std::string_view sentence) {
              const std::scoped_lock lock(mutex_);
              notices_ += std::string(sentence) + "\n";
            }};
  }
  static Limiter limiter(std::shared_ptr<Store> store) {
    return Limiter(fixed_window(1'000'000, 1h),
                   {.name = "api", .store = std::move(store), .prefix = "app", .timeout = 5s, .rejection_cache = 0});
  }
  std::string notices() {
    const std::scoped_lock lock(mutex_);
    return notices_;
  }
  std::string cli(std::vector<std::string> words) { return server_.cli(std::move(words)); }

  // As it was yesterday: what a bad fetch must not change.
  void keep_yesterdays_list() {
    cli({"SADD", "app:denyList:ipDenyList", worse});
    cli({"SADD", "app:denyList:all", worse, "mallory"});
  }
  void expect_yesterdays_list() {
    EXPECT_EQ(cli({"SMISMEMBER", "app:denyList:all", worse, "mallory"}), "1\n1");
    EXPECT_EQ(cli({"SMEMBERS", "app:denyList:ipDenyList"}), worse);
    EXPECT_EQ(cli({"SCARD", "app:denyList:all"}), "2");
  }
  // Decisions go on, right, until it says what is wrong.
  void expect_notice(const std::string& source, const std::string& about) {
    keep_yesterdays_list();
    Limiter api = limiter(store_on(source));
    EXPECT_TRUE(becomes_true([&] {
      const Decision decision = api.limit("alice");
      EXPECT_EQ(decision.reason, Reason::ok);
      return notices().contains("the deny list of app");
    })) << notices();
    EXPECT_THAT(notices(), HasSubstr(about));
    EXPECT_EQ(api.limit(worse).reason, Reason::denied);
    expect_yesterdays_list();
  }

  RedisServer server_;
  std::mutex mutex_;
  std::string notices_;
};

TEST_F(IpDenyList, WhoIsOnTheFetchedListIsDenied) {
  HttpSource source(http_answer(std::string("# bad addresses\n") + bad + "\n" + worse + "\n"));
  cli({"SADD", "app:denyList:all", "mallory"});
  Limiter api = limiter(store_on(source.url()));
  EXPECT_TRUE(becomes_true([&] { return api.limit(bad).reason == Reason::denied; }));
  EXPECT_EQ(api.limit(worse).reason, Reason::denied);
  EXPECT_EQ(api.limit("mallory").reason, Reason::denied);
  EXPECT_EQ(api.limit("alice").reason, Reason::ok);
  EXPECT_EQ(cli({"GET", "app:ipDenyListStatus"}), "valid");
  EXPECT_LE(std::stoll(cli({"PTTL", "app:ipDenyListStatus"})), 86'400'000);
  EXPECT_EQ(cli({"SCARD", "app:denyList:ipDenyList"}), "2");
  EXPECT_EQ(source.requests(), 1);
}

TEST_F(IpDenyList, AListThatComesInSmallPiecesIsTakenWhole) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) {
    text +=
        "10." + std::to_string(i / 65'536) + "." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) + "\n";
  }
  HttpSource source(http_answer(text), HttpSource::End::closes, 1000);
  Limiter api = limiter(store_on(source.url()));
  EXPECT_TRUE(becomes_true([&] { return api.limit("10.0.78.31").reason == Reason::denied; }));
  EXPECT_EQ(cli({"SCARD", "app:denyList:ipDenyList"}), "20000");
}

TEST_F(IpDenyList, AListIsFetchedForTheLimiterThatTookAnothersPlace) {
  HttpSource source(http_answer(std::string(bad) + "\n"));
  const auto store = store_on(source.url());
  auto old = std::make_unique<Limiter>(limiter(store));
  Limiter api = limiter(store);
  old.reset();
  const Limiter other(fixed_window(1, 1h), {.name = "other", .store = store, .prefix = "other"});
  EXPECT_TRUE(becomes_true([&] { return api.limit(bad).reason == Reason::denied; }));
}

TEST_F(IpDenyList, OneProcessFetchesItForAll) {
  HttpSource source(http_answer(std::string(bad) + "\n"));
  Limiter first = limiter(store_on(source.url()));
  Limiter second = limiter(store_on(source.url()));
  for (Limiter* api : {&first, &second}) {
    EXPECT_TRUE(becomes_true([&] { return api->limit(bad).reason == Reason::denied; }));
    EXPECT_TRUE(api->limit("alice"));
  }
  EXPECT_EQ(source.requests(), 1);
}

TEST_F(IpDenyList, AListThatSomebodyHasFetchedIsNotFetched) {
  HttpSource source(http_answer(std::string(bad) + "\n"));
  for (const char* status : {"valid", "disabled"}) {
    cli({"SET", "app:ipDenyListStatus", status});
    Limiter api = limiter(store_on(source.url()));
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(api.limit(bad));  // after the first it is known whether it is due
    EXPECT_EQ(cli({"GET", "app:ipDenyListStatus"}), status);
  }
  EXPECT_EQ(source.requests(), 0);
}

TEST_F(IpDenyList, NoDecisionWaitsForASourceThatIsSilent) {
  HttpSource source("", HttpSource::End::holds);
  Limiter api = limiter(store_on(source.url()));
  ASSERT_TRUE(becomes_true([&] {
    EXPECT_EQ(api.limit("alice").reason, Reason::ok);
    return source.requests() == 1;
  }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(api.limit("alice").reason, Reason::ok);
  EXPECT_EQ(cli({"GET", "app:ipDenyListStatus"}), "pending");
  EXPECT_GT(std::stoll(cli({"PTTL", "app:ipDenyListStatus"})), 0);
}

// The user's own loop ends with the last decision, though a fetch is under way.
TEST_F(IpDenyList, AFetchKeepsNoLoopRunning) {
  HttpSource source("", HttpSource::End::holds);
  boost::asio::io_context io;
  Limiter api = limiter(redis_store(io.get_executor(), "redis://" + server_.address(), options(source.url())).value());
  const auto decide = [&] {
    Reason reason = Reason::store_down;
    api.async_limit("alice", boost::asio::bind_executor(io, [&](const Decision& made) { reason = made.reason; }));
    io.restart();
    io.run();
    return reason;
  };
  ASSERT_TRUE(becomes_true([&] {
    EXPECT_EQ(decide(), Reason::ok);
    return source.requests() == 1;
  }));
  EXPECT_EQ(decide(), Reason::ok);
  EXPECT_EQ(cli({"GET", "app:ipDenyListStatus"}), "pending");
}

// Decisions alone drive it there.
TEST_F(IpDenyList, OnTheUsersLoopItComesWithDecisions) {
  HttpSource source(http_answer(std::string(bad) + "\n"));
  boost::asio::io_context io;
  Limiter api = limiter(redis_store(io.get_executor(), "redis://" + server_.address(), options(source.url())).value());
  EXPECT_TRUE(becomes_true([&] {
    Reason reason = Reason::store_down;
    api.async_limit(bad, boost::asio::bind_executor(io, [&](const Decision& made) { reason = made.reason; }));
    io.restart();
    io.run();
    return reason == Reason::denied;
  }));
}

// What OpenSSL takes for the system's authorities.
class Trusted {
 public:
  explicit Trusted(const std::string& file) { ::setenv("SSL_CERT_FILE", file.c_str(), 1); }
  Trusted(const Trusted&) = delete;
  Trusted& operator=(const Trusted&) = delete;
  ~Trusted() { ::unsetenv("SSL_CERT_FILE"); }
};

TEST_F(IpDenyList, ASourceMayBeHttps) {
  const store::redis::Certificates certificates;
  const store::redis::HttpsSource source(certificates, http_answer(std::string(bad) + "\n"));
  const Trusted trusted(certificates.file("ca.pem"));
  Limiter api = limiter(store_on(source.url()));
  EXPECT_TRUE(becomes_true([&] { return api.limit(bad).reason == Reason::denied; })) << notices();
}

TEST_F(IpDenyList, ACertificateThatNobodyTrustsChangesNothing) {
  const store::redis::Certificates certificates;
  const store::redis::HttpsSource source(certificates, http_answer(std::string(bad) + "\n"));
  expect_notice(source.url(), "certificate");
}

TEST_F(IpDenyList, ASourceThatIsGoneChangesNothing) {
  expect_notice("http://127.0.0.1:" + std::to_string(store::redis::free_port()) + "/", "could not be fetched");
}

TEST_F(IpDenyList, AnErrorOfTheSourceChangesNothing) {
  HttpSource source(http_answer(std::string(bad) + "\n", "503 Service Unavailable"));
  expect_notice(source.url(), "it answers 503");
}

TEST_F(IpDenyList, AListThatIsHugeChangesNothing) {
  HttpSource source(http_answer(std::string(9U << 20U, '1')));
  expect_notice(source.url(), "larger than 8 MiB");
}

TEST_F(IpDenyList, AnAnswerWithoutEndAndLengthChangesNothing) {
  HttpSource source(std::string("HTTP/1.1 200 OK\r\n\r\n") + bad + "\n");
  expect_notice(source.url(), "no length");
}

TEST_F(IpDenyList, AnAnswerThatBreaksOffChangesNothing) {
  const std::string whole = http_answer(std::string(bad) + "\n" + worse + "\n");
  HttpSource source(whole.substr(0, whole.size() - 5));
  expect_notice(source.url(), "could not be fetched");
}

TEST_F(IpDenyList, WhatIsWrongIsToldWithoutTheSourcesQuery) {
  HttpSource source(http_answer("nothing\n"));
  expect_notice(source.url() + "?token=s3cret", "no addresses");
  EXPECT_THAT(notices(), testing::Not(HasSubstr("s3cret")));
}

TEST_F(IpDenyList, APageWithoutAddressesChangesNothing) {
  HttpSource source(http_answer("<html>come back later</html>\n"));
  expect_notice(source.url(), "there are no addresses");
}

TEST_F(IpDenyList, WhatIsNoHttpChangesNothing) {
  HttpSource source("+OK\r\n\x01\x02garbage\r\n\r\n");
  expect_notice(source.url(), "does not talk HTTP");
}

TEST_F(IpDenyList, EndlessHeadersChangeNothing) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 5000; ++i) head += "x-" + std::to_string(i) + ": y\r\n";
  HttpSource source(head, HttpSource::End::holds);
  expect_notice(source.url(), "does not talk HTTP");
}

TEST(IpDenyListOptions, SayWhatCanNotBe) {
  const auto why = [](const std::string& url, RedisLayout layout, RedisIpDenyList list) {
    return redis_store(url, {.layout = layout, .ip_deny_list = std::move(list)}).error();
  };
  EXPECT_THAT(why("redis://h", RedisLayout::weir, {}), HasSubstr("needs layout upstash"));
  EXPECT_THAT(why("redis+cluster://h", RedisLayout::upstash, {}), HasSubstr("Cluster"));
  EXPECT_THAT(why("redis://h", RedisLayout::upstash, {.threshold = 9}), HasSubstr("use 1 to 8"));
  EXPECT_THAT(why("redis://h", RedisLayout::upstash, {.source = "ftp://h"}), HasSubstr("http://"));
  EXPECT_THAT(
      redis_store("redis://h",
                  {.layout = RedisLayout::upstash, .regions = {"redis://other"}, .ip_deny_list = RedisIpDenyList{}})
          .error(),
      HasSubstr("several regions"));
  EXPECT_TRUE(redis_store("redis://h", {.layout = RedisLayout::upstash, .ip_deny_list = RedisIpDenyList{}}));
}

}  // namespace
}  // namespace weir
