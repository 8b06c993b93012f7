#include "cli/file_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cli/scratch_folder.hpp"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

void replace(const fs::path& file, const std::string& text) {
  write(file.string() + ".new", text);
  fs::rename(file.string() + ".new", file);
}

bool is_told(const FileWatch& watch) {
  pollfd news{.fd = watch.fd(), .events = POLLIN, .revents = 0};
  return ::poll(&news, 1, 5000) == 1;
}

class FileWatchTest : public ::testing::Test {
 protected:
  FileWatchTest() { write(file_, "one"); }
  ScratchFolder folder_;
  fs::path file_ = folder_.path() / "weir.yaml";
};

TEST_F(FileWatchTest, WithoutAChangeNothingIsNew) {
  FileWatch watch({file_});
  EXPECT_FALSE(watch.look());
}

TEST_F(FileWatchTest, AFileWrittenInPlace) {
  FileWatch watch({file_});
  write(file_, "three");
  EXPECT_TRUE(is_told(watch));
  EXPECT_TRUE(watch.look());
  EXPECT_FALSE(watch.look());
}

TEST_F(FileWatchTest, AFileReplacedByARename) {
  FileWatch watch({file_});
  replace(file_, "two");
  EXPECT_TRUE(is_told(watch));
  EXPECT_TRUE(watch.look());
}

TEST_F(FileWatchTest, AFileRemovedAndMadeAgain) {
  FileWatch watch({file_});
  fs::remove(file_);
  EXPECT_TRUE(watch.look());
  write(file_, "two");
  EXPECT_TRUE(is_told(watch));
  EXPECT_TRUE(watch.look());
}

TEST_F(FileWatchTest, AFolderRemovedAndMadeAgain) {
  const fs::path inner = folder_.path() / "etc";
  fs::create_directory(inner);
  write(inner / "weir.yaml", "one");
  FileWatch watch({inner / "weir.yaml"});
  fs::remove_all(inner);
  EXPECT_TRUE(watch.look());
  fs::create_directory(inner);
  EXPECT_TRUE(is_told(watch));
  EXPECT_FALSE(watch.look()) << "the file is not there yet";
  write(inner / "weir.yaml", "two");
  EXPECT_TRUE(is_told(watch));
  EXPECT_TRUE(watch.look());
}

// weir.yaml -> ..data/weir.yaml, ..data -> ..1: what a change swaps is the link in the middle.
TEST_F(FileWatchTest, ALinkInTheMiddleThatLeadsElsewhere) {
  const fs::path map = folder_.path() / "map";
  for (const char* version : {"..1", "..2"}) {
    fs::create_directories(map / version);
    write(map / version / "weir.yaml", version);
  }
  fs::create_symlink("..1", map / "..data");
  fs::create_symlink("..data/weir.yaml", map / "weir.yaml");
  FileWatch watch({map / "weir.yaml"});
  fs::create_symlink("..2", map / "..data_tmp");
  fs::rename(map / "..data_tmp", map / "..data");
  EXPECT_TRUE(is_told(watch));
  EXPECT_TRUE(watch.look());
  write(map / "..2" / "weir.yaml", "written in place");
  EXPECT_TRUE(is_told(watch));
  EXPECT_TRUE(watch.look());
}

TEST_F(FileWatchTest, OtherFilesBesideItAreNoChange) {
  FileWatch watch({file_});
  write(folder_.path() / "other", "x");
  EXPECT_FALSE(watch.look());
}

TEST_F(FileWatchTest, OtherFilesCanBeWatchedInstead) {
  FileWatch watch({file_});
  const fs::path other = folder_.path() / "other";
  watch.watch({other});
  write(file_, "three");
  EXPECT_FALSE(watch.look());
  write(other, "x");
  EXPECT_TRUE(watch.look());
}

TEST_F(FileWatchTest, TheWayHasTheFoldersOfEachLink) {
  fs::create_directories(folder_.path() / "a" / "b");
  write(folder_.path() / "a" / "b" / "file", "x");
  fs::create_symlink(folder_.path() / "a" / "b", folder_.path() / "link");
  EXPECT_THAT(folders_on_the_way(folder_.path() / "link" / "file"),
              UnorderedElementsAre(folder_.path(), folder_.path() / "a" / "b"));
}

TEST_F(FileWatchTest, LinksInACircleEnd) {
  fs::create_symlink("b", folder_.path() / "a");
  fs::create_symlink("a", folder_.path() / "b");
  EXPECT_THAT(folders_on_the_way(folder_.path() / "a"), ElementsAre(folder_.path()));
}

}  // namespace
}  // namespace weir::cli
