// Limiters in mode lease, on a real server: several stores, many threads, processes that die.
#include "redis_server.hpp"

#include <weir/limiter.hpp>
#include <weir/redis.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;
using store::redis::becomes_true;
using store::redis::RedisServer;
using testing::HasSubstr;

std::shared_ptr<Store> store_on(const RedisServer& server) {
  RedisStoreOptions options;
  options.timeout = 10s;  // so that a busy machine makes nobody decide without Redis
  return redis_store("redis://" + server.address(), options).value();
}

Limiter leasing(const Rule& rule, std::shared_ptr<Store> store) {
  return Limiter(rule, {.name = "l", .store = std::move(store), .mode = Mode::lease, .rejection_cache = 0});
}

// A window whose end no test sees.
const Rule window_of_2000 = fixed_window(2000, std::chrono::days(3650));

int admitted(Limiter& limiter, int calls, Key key = "u") {
  int passed = 0;
  for (int call = 0; call < calls; ++call) passed += limiter.limit(key).allowed ? 1 : 0;
  return passed;
}

int scripts_of(const RedisServer& server) {
  const std::string said = server.cli({"INFO", "commandstats"});
  const auto at = said.find("cmdstat_evalsha:calls=");
  return at == std::string::npos ? 0 : std::stoi(said.substr(at + 22));
}

// Runs `body` in a process of its own; what it writes to its end of the pipe is what is read.
class Process {
 public:
  template <class Body>
  explicit Process(Body body) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      body([fd = ends[1]](std::int64_t number) {
        if (::write(fd, &number, sizeof number) != sizeof number) ::_exit(1);
      });
      ::_exit(0);
    }
    ::close(ends[1]);
    fd_ = ends[0];
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    kill();
    ::close(fd_);
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  // The next number it wrote; -1 when there is none and it is gone.
  std::int64_t next() {
    std::int64_t number = 0;
    return ::read(fd_, &number, sizeof number) == sizeof number ? number : -1;
  }

 private:
  pid_t pid_ = 0;
  int fd_ = -1;
};

TEST(ALeasingLimiter, AdmitsExactlyItsLimitOverManyStoresAndThreads) {
  const RedisServer server;
  std::atomic<int> passed{0};
  std::vector<std::thread> threads;
  for (int store = 0; store < 3; ++store) {
    const auto limiter = std::make_shared<Limiter>(leasing(window_of_2000, store_on(server)));
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([limiter, &passed] {
        // Until nothing is left, here and in Redis.
        for (int refused = 0; refused < 50;) {
          const bool allowed = limiter->limit("u").allowed;
          passed += allowed ? 1 : 0;
          refused = allowed ? 0 : refused + 1;
        }
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(passed, 2000);
  EXPECT_GE(passed, 1900);
}

TEST(ALeasingLimiter, AsksRedisSeldomForAKeyThatIsBusy) {
  const RedisServer server;
  Limiter limiter = leasing(fixed_window(10'000'000, std::chrono::days(3650)), store_on(server));
  EXPECT_EQ(admitted(limiter, 20'000), 20'000);
  EXPECT_LT(scripts_of(server), 2000);
}

TEST(ALeasingLimiter, SpendsABatchFromTheSharesOfItsKeys) {
  const RedisServer server;
  Limiter limiter = leasing(fixed_window(10'000'000, std::chrono::days(3650)), store_on(server));
  std::vector<Key> keys;
  for (int user = 0; user < 50; ++user) keys.emplace_back(user);
  std::vector<Decision> decisions(keys.size());
  for (int batch = 0; batch < 200; ++batch) {
    limiter.limit_many(keys, decisions);
    for (const Decision& decision : decisions) ASSERT_TRUE(decision.allowed);
  }
  EXPECT_LT(scripts_of(server), 5000) << "of ten thousand calls";
}

TEST(ALeasingLimiter, GivesBackWhatIsLeftWhenItsStoreGoes) {
  const RedisServer server;
  int passed = 0;
  {
    Limiter limiter = leasing(window_of_2000, store_on(server));
    passed = admitted(limiter, 300);
  }
  Limiter exact(window_of_2000, {.name = "l", .store = store_on(server)});
  EXPECT_EQ(passed, 300);
  EXPECT_TRUE(becomes_true([&] { return exact.remaining("u").remaining == 1700; }));
}

TEST(ALeasingLimiter, GivesBackWhatItIsGrantedWhenItsStoreIsGone) {
  const RedisServer server;
  Limiter exact(window_of_2000, {.name = "l", .store = store_on(server)});
  for (int calls = 1; calls <= 40; ++calls) {  // after some of them a share is on its way
    {
      Limiter limiter = leasing(window_of_2000, store_on(server));
      ASSERT_EQ(admitted(limiter, calls, calls), calls);
    }
    // The thread that brought the last answer may be the one that ends the store.
    EXPECT_TRUE(becomes_true([&] { return exact.remaining(calls).remaining == 2000 - calls; }));
  }
}

TEST(ALeasingLimiter, GivesBackWhatIsLeftWhenAKeyIsIdle) {
  const RedisServer server;
  Limiter limiter = leasing(window_of_2000, store_on(server));
  EXPECT_EQ(admitted(limiter, 300), 300);
  Limiter exact(window_of_2000, {.name = "l", .store = store_on(server)});
  EXPECT_TRUE(becomes_true([&] { return exact.remaining("u").remaining == 1700; }));
}

TEST(ALeasingLimiter, TakesBackNothingIntoAKeyThatWasReset) {
  const RedisServer server;
  Limiter exact(window_of_2000, {.name = "l", .store = store_on(server)});
  {
    Limiter limiter = leasing(window_of_2000, store_on(server));
    EXPECT_EQ(admitted(limiter, 300), 300);
    ASSERT_TRUE(exact.reset("u"));
    EXPECT_EQ(exact.limit("u", 100).remaining, 1900);
  }
  EXPECT_EQ(exact.remaining("u").remaining, 1900);
}

TEST(ALeasingLimiter, DropsItsShareWhenItResetsTheKey) {
  const RedisServer server;
  Limiter limiter = leasing(window_of_2000, store_on(server));
  EXPECT_EQ(admitted(limiter, 300), 300);
  ASSERT_TRUE(limiter.reset("u"));
  EXPECT_TRUE(limiter.limit("u").allowed);
  EXPECT_TRUE(becomes_true([&] { return limiter.remaining("u").remaining == 1999; }));  // what it fetched since is back
}

TEST(ALeasingLimiter, SpendsWhatItHasWhileRedisIsAway) {
  RedisServer server;
  RedisStoreOptions options;
  options.timeout = 2s;
  Limiter limiter(fixed_window(1'000'000, std::chrono::days(3650)),
                  {.name = "l",
                   .store = redis_store("redis://" + server.address(), options).value(),
                   .mode = Mode::lease,
                   .on_error = OnError::deny});
  // Not every moment of a busy key has units left: the next share may be on its way.
  EXPECT_TRUE(becomes_true([&] {
    (void)admitted(limiter, 2000);
    server.kill();
    const Decision decision = limiter.limit("u");
    server.start();
    return decision.allowed && !decision.degraded;
  }));
}

TEST(ALeasingLimiter, DecidesOverSeveralLimitsFromTheSharesOfAll) {
  const RedisServer server;
  const auto store = store_on(server);
  Limiter wide(fixed_window(2000, std::chrono::days(3650)), {.name = "w", .store = store, .mode = Mode::lease});
  Limiter narrow(fixed_window(500, std::chrono::days(3650)), {.name = "n", .store = store, .mode = Mode::lease});
  int passed = 0;
  for (int call = 0; call < 800; ++call) passed += limit_all({{wide, "u"}, {narrow, "v"}}).allowed ? 1 : 0;
  EXPECT_LE(passed, 500);
  EXPECT_GE(passed, 490);
  EXPECT_TRUE(becomes_true([&] {
    return wide.remaining("u").remaining == 2000 - passed && narrow.remaining("v").remaining == 500 - passed;
  }));
}

TEST(ALeasingLimiter, AdmitsNoMoreThanItsLimitOverProcessesOneOfWhichIsKilled) {
  const RedisServer server;
  constexpr int processes = 4;
  std::vector<std::unique_ptr<Process>> running;
  for (int index = 0; index < processes; ++index) {
    running.push_back(std::make_unique<Process>([&](const auto& write) {
      Limiter limiter = leasing(window_of_2000, store_on(server));
      for (int refused = 0; refused < 50;) {
        const bool allowed = limiter.limit("u").allowed;
        if (allowed) write(1);
        refused = allowed ? 0 : refused + 1;
      }
    }));
  }
  int passed = 0;
  for (int early = 0; early < 100; ++early) passed += running[0]->next() == 1 ? 1 : 0;
  running[0]->kill();
  for (const auto& process : running) {
    while (process->next() == 1) ++passed;
  }
  EXPECT_LE(passed, 2000);
  EXPECT_GE(passed, 1000);  // a process holds no more than a half of what is left
}

TEST(ALeasingLimiter, IsRefusedWhereThereAreNoLeases) {
  const auto in_memory = Limiter::make(fixed_window(10, 1s), {.mode = Mode::lease});
  ASSERT_FALSE(in_memory);
  EXPECT_THAT(in_memory.error(), HasSubstr("stores in Redis"));
  const RedisServer server;
  const auto log = Limiter::make(sliding_log(10, 1s), {.store = store_on(server), .mode = Mode::lease});
  ASSERT_FALSE(log);
  EXPECT_THAT(log.error(), HasSubstr("fixed_window, sliding_window"));
}

}  // namespace
}  // namespace weir
