#include "gateway/access_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace weir::gateway {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using config::AccessLog;
using To = AccessLog::To;

template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest() {
    std::string name = (fs::temp_directory_path() / "weir-access-log-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~AccessLogTest() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path file(const char* name = "access.log") const { return folder_ / name; }
  [[nodiscard]] config::AccessLog to(const fs::path& path) const {
    return {.to = To::file, .file = path.string(), .key = config::AccessLog::Key::omit};
  }

  static std::string content(const fs::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::size_t lines(const fs::path& path) {
    const std::string text = content(path);
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }
  static bool holds(const fs::path& path, std::string_view what) {
    return content(path).find(what) != std::string::npos;
  }

  std::vector<std::string> troubles() {
    const std::scoped_lock lock(mutex_);
    return troubles_;
  }
  gateway::AccessLog::Report report() {
    return [this](std::string_view sentence) {
      const std::scoped_lock lock(mutex_);
      troubles_.emplace_back(sentence);
    };
  }

  fs::path folder_;
  std::mutex mutex_;
  std::vector<std::string> troubles_;
  api::Counter dropped_;
};

TEST_F(AccessLogTest, IsOffUntilItIsTurnedOn) {
  gateway::AccessLog log(dropped_, report());
  EXPECT_FALSE(log.is_on());
  log.write({.path = "/a"});
  log.configure({});
  EXPECT_FALSE(log.is_on());
  EXPECT_EQ(dropped_.value(), 0U);
}

TEST_F(AccessLogTest, WritesWhatIsQueuedBeforeItEnds) {
  {
    gateway::AccessLog log(dropped_, report());
    log.configure(to(file()));
    for (int i = 0; i < 1000; ++i) log.write({.path = "/a"});
  }
  EXPECT_EQ(lines(file()), 1000U);
  EXPECT_EQ(dropped_.value(), 0U);
}

TEST_F(AccessLogTest, ALineAppearsWithoutAnother) {
  gateway::AccessLog log(dropped_, report());
  log.configure(to(file()));
  log.write({.path = "/first"});
  EXPECT_TRUE(eventually([&] { return holds(file(), "/first"); }));
  log.write({.path = "/second"});
  EXPECT_TRUE(eventually([&] { return holds(file(), "/second"); }));
}

TEST_F(AccessLogTest, LinesOfManyThreadsStayWhole) {
  {
    gateway::AccessLog log(dropped_, report());
    log.configure(to(file()));
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 4; ++worker) {
      workers.emplace_back([&log, worker] {
        for (int i = 0; i < 2000; ++i) log.write({.path = "/" + std::to_string(worker) + "/" + std::to_string(i)});
      });
    }
  }
  std::ifstream in(file());
  std::set<std::string> paths;
  for (std::string line; std::getline(in, line);) {
    ASSERT_TRUE(line.starts_with("{\"time\":") && line.ends_with("}")) << line;
    const std::size_t at = line.find("\"path\":\"") + 8;
    paths.insert(line.substr(at, line.find('"', at) - at));
  }
  EXPECT_EQ(paths.size() + dropped_.value(), 8000U);
  EXPECT_EQ(dropped_.value(), 0U);
}

TEST_F(AccessLogTest, FollowsItsNameWhenTheFileIsMovedAway) {
  gateway::AccessLog log(dropped_, report());
  log.configure(to(file()));
  log.write({.path = "/before"});
  ASSERT_TRUE(eventually([&] { return holds(file(), "/before"); }));
  fs::rename(file(), file("access.log.1"));
  ASSERT_TRUE(eventually([&] { return fs::exists(file()); }));
  log.write({.path = "/after"});
  EXPECT_TRUE(eventually([&] { return holds(file(), "/after"); }));
  EXPECT_FALSE(holds(file("access.log.1"), "/after"));
}

TEST_F(AccessLogTest, AChangeSendsOnlyLaterLinesElsewhere) {
  gateway::AccessLog log(dropped_, report());
  log.configure(to(file("one")));
  log.write({.path = "/1"});
  log.configure(to(file("two")));
  ASSERT_TRUE(eventually([&] { return fs::exists(file("two")); }));
  log.write({.path = "/2"});
  log.configure({});
  EXPECT_FALSE(log.is_on());
  EXPECT_TRUE(eventually([&] { return holds(file("two"), "/2"); }));
  EXPECT_TRUE(holds(file("one"), "/1"));
  EXPECT_EQ(lines(file("one")) + lines(file("two")), 2U);
}

TEST_F(AccessLogTest, TheKeyModeChangesWithTheSettings) {
  gateway::AccessLog log(dropped_, report());
  auto settings = to(file());
  log.configure(settings);
  log.write({.path = "/omitted", .key = "alice"});
  settings.key = config::AccessLog::Key::hash;
  log.configure(settings);
  log.write({.path = "/hashed", .key = "alice"});
  ASSERT_TRUE(eventually([&] { return lines(file()) == 2; }));
  std::ifstream in(file());
  std::string first;
  std::string second;
  std::getline(in, first);
  std::getline(in, second);
  EXPECT_EQ(first.find("\"key\""), std::string::npos);
  EXPECT_NE(second.find("\"key\":\"xxh64:"), std::string::npos);
}

TEST_F(AccessLogTest, AFileThatCannotBeOpenedIsSaidOnceAndItsLinesCounted) {
  gateway::AccessLog log(dropped_, report());
  log.configure(to(folder_ / "missing" / "access.log"));
  for (int i = 0; i < 3; ++i) {
    log.write({.path = "/a"});
    ASSERT_TRUE(eventually([&] { return dropped_.value() == static_cast<std::uint64_t>(i) + 1; }));
  }
  ASSERT_EQ(troubles().size(), 1U);
  EXPECT_EQ(troubles().front(),
            "access log " + (folder_ / "missing/access.log").string() + ": cannot open it: No such file or directory");
  fs::create_directory(folder_ / "missing");
  ASSERT_TRUE(eventually([&] { return fs::exists(folder_ / "missing/access.log"); }));
  log.write({.path = "/b"});
  EXPECT_TRUE(eventually([&] { return holds(folder_ / "missing/access.log", "/b"); }));
}

TEST_F(AccessLogTest, AFullDiskIsSaidOnceAndItsLinesCounted) {
  ASSERT_TRUE(fs::exists("/dev/full"));  // a disk that is always full; every Linux has it
  gateway::AccessLog log(dropped_, report());
  log.configure(to("/dev/full"));
  log.write({.path = "/a"});
  ASSERT_TRUE(eventually([&] { return dropped_.value() == 1; }));
  log.write({.path = "/b"});
  ASSERT_TRUE(eventually([&] { return dropped_.value() == 2; }));
  EXPECT_THAT(troubles(), ::testing::ElementsAre("access log /dev/full: cannot write: No space left on device"));
}

// A FIFO whose reader has stopped reading.
class StuckReader : public AccessLogTest {
 protected:
  StuckReader() {
    ::mkfifo(file("fifo").c_str(), 0600);
    reader_ = ::open(file("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  }
  ~StuckReader() override { ::close(reader_); }
  [[nodiscard]] int waiting() const {  // bytes in the pipe
    int bytes = 0;
    ::ioctl(reader_, FIONREAD, &bytes);
    return bytes;
  }
  int reader_ = -1;
};

TEST_F(StuckReader, TheQueueIsBoundedAndWhatFindsItFullIsCounted) {
  gateway::AccessLog log(dropped_, report());
  log.configure(to(file("fifo")));
  const std::string path(4000, 'a');
  const std::size_t line = path.size() + 80;
  for (std::size_t written = 0; dropped_.value() == 0 && written < 4 * gateway::AccessLog::most_queued;
       written += line) {
    log.write({.path = path});
  }
  EXPECT_GT(dropped_.value(), 0U);
}

TEST_F(StuckReader, DoesNotKeepTheProcessFromEnding) {
  gateway::AccessLog log(dropped_, report());
  log.configure(to(file("fifo")));
  const std::string path(4000, 'a');
  for (int i = 0; i < 100; ++i) log.write({.path = path});
  ASSERT_TRUE(eventually([&] { return waiting() > 0; }));
  log.stop(10ms);
  EXPECT_GT(dropped_.value(), 0U);
  EXPECT_LT(dropped_.value(), 100U);  // the pipe held some
}

TEST_F(StuckReader, WhatNoTimeIsLeftForIsCounted) {
  gateway::AccessLog log(dropped_, report());
  log.configure(to(file("fifo")));
  for (int i = 0; i < 100; ++i) log.write({.path = "/a"});
  log.stop(0ms);
  std::string read(65536, '\0');
  read.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(reader_, read.data(), read.size()))));
  EXPECT_EQ(dropped_.value() + static_cast<std::uint64_t>(std::ranges::count(read, '\n')), 100U);
}

}  // namespace
}  // namespace weir::gateway
