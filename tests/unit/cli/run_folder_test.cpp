#include "cli/run_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "scratch_folder.hpp"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

long entries(const fs::path& folder) { return std::distance(fs::directory_iterator(folder), fs::directory_iterator()); }

TEST(RunFolder, LivesAsLongAsItsOwner) {
  const ScratchFolder scratch;
  const fs::path root = scratch.path() / "weir";
  {
    const auto folder = RunFolder::make(root);
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->write("envoy.json", "{}"));
    EXPECT_EQ(text_of(folder->path() / "envoy.json"), "{}");
    EXPECT_EQ(entries(root), 1);
  }
  EXPECT_EQ(entries(root), 0);
}

TEST(RunFolder, WritesAFileWholeOrNotAtAll) {
  const ScratchFolder scratch;
  const auto folder = RunFolder::make(scratch.path() / "weir");
  ASSERT_TRUE(folder);
  ASSERT_TRUE(folder->write("envoy.json", "old"));

  const auto previous = ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{.rlim_cur = 100, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto written = folder->write("envoy.json", std::string(1000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, previous);

  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("the disk is full"));
  EXPECT_EQ(text_of(folder->path() / "envoy.json"), "old");
  EXPECT_FALSE(fs::exists(folder->path() / "envoy.json.new"));
}

TEST(RunFolder, RemovesWhatNobodyOwnsAnyMore) {
  const ScratchFolder scratch;
  const fs::path root = scratch.path() / "weir";
  fs::create_directories(root / "4711-1");
  std::ofstream(root / "4711-1" / "owner") << "";
  std::ofstream(root / "4711-1" / "envoy.json") << "{}";
  const auto folder = RunFolder::make(root);
  ASSERT_TRUE(folder);
  EXPECT_FALSE(fs::exists(root / "4711-1"));
}

TEST(RunFolder, IsNotMadeBehindALink) {
  const ScratchFolder scratch;
  fs::create_directory(scratch.path() / "elsewhere");
  fs::create_directory_symlink(scratch.path() / "elsewhere", scratch.path() / "weir");
  EXPECT_THAT(RunFolder::make(scratch.path() / "weir").error(), HasSubstr("is not a folder of this user"));
}

TEST(RunFolder, NamesAPlaceThatCannotBeWritten) {
  EXPECT_THAT(RunFolder::make("/nowhere/weir").error(),
              HasSubstr("cannot make /nowhere/weir: No such file or directory"));
}

}  // namespace
}  // namespace weir::cli
