#include "cli/child_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>

#include <array>
#include <csignal>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto patience = 10s;

Launch shell(const std::string& script) {
  return {.program = "/bin/sh",
          .arguments = {"-c", script},
          .environment = {{"WEIR_TEST", "in the child"}},
          .capture_output = true};
}

std::string all_output(const ChildProcess& child) {
  std::string output;
  std::array<char, 256> chunk{};
  pollfd readable{.fd = child.output(), .events = POLLIN, .revents = 0};
  while (::poll(&readable, 1, 10'000) == 1) {
    const ssize_t count = ::read(child.output(), chunk.data(), chunk.size());
    if (count <= 0) break;
    output.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return output;
}

TEST(ChildProcess, TellsItsOutputAndItsStatus) {
  auto child = ChildProcess::start(shell("echo out; echo err >&2; exit 7"));
  ASSERT_TRUE(child);
  EXPECT_EQ(all_output(*child), "out\nerr\n");
  EXPECT_EQ(child->wait(patience).transform(describe_end), "status 7");
}

TEST(ChildProcess, HasOurEnvironmentAndWhatIsAdded) {
  ::setenv("WEIR_TEST", "in the parent", 1);
  auto child = ChildProcess::start(shell("echo \"$WEIR_TEST $PATH\""));
  ::unsetenv("WEIR_TEST");
  ASSERT_TRUE(child);
  EXPECT_EQ(all_output(*child), std::string("in the child ") + std::getenv("PATH") + "\n");
}

TEST(ChildProcess, LeadsAGroupOfItsOwn) {
  auto child = ChildProcess::start(shell("ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat"));
  ASSERT_TRUE(child);
  EXPECT_NE(std::stoi(all_output(*child)), ::getpgrp());
}

TEST(ChildProcess, ReportsAProgramThatIsNotThere) {
  EXPECT_THAT(ChildProcess::start({.program = "/nowhere/envoy"}).error(),
              HasSubstr("cannot run /nowhere/envoy: No such file"));
}

TEST(ChildProcess, NamesTheSignalThatEndedIt) {
  auto child = ChildProcess::start(shell("exec sleep 60"));
  ASSERT_TRUE(child);
  EXPECT_EQ(child->status(), std::nullopt);
  child->send(SIGKILL);
  EXPECT_EQ(child->wait(patience).transform(describe_end), "signal 9 (Killed)");
}

TEST(ChildProcess, DoesNotOutliveItsOwner) {
  int watched = -1;
  {
    auto child = ChildProcess::start(shell("exec sleep 60"));
    ASSERT_TRUE(child);
    watched = ::dup(child->ended_fd());
  }
  pollfd ended{.fd = watched, .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ended, 1, 10'000), 1);
  ::close(watched);
}

}  // namespace
}  // namespace weir::cli
