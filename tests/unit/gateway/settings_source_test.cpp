#include "gateway/settings_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace weir::gateway {
namespace {

using testing::HasSubstr;

TEST(SettingsSource, IsAFileOrTheSettingsThemselves) {
  EXPECT_EQ(settings_source(R"({"settings_file":"/run/s.json"})").file, "/run/s.json");
  EXPECT_EQ(settings_source(R"({"settings":{"limits":[]}})").in_place, R"({"limits":[]})");
  EXPECT_EQ(settings_source(R"({"limits":[]})").in_place, R"({"limits":[]})");
  EXPECT_ANY_THROW((void)settings_source("{"));
  EXPECT_ANY_THROW((void)settings_source("[]"));
}

TEST(SettingsFile, IsReadWhole) {
  const std::string path = testing::TempDir() + "weir-settings-file-" + std::to_string(::getpid());
  const std::string text(200'000, 'x');
  std::ofstream(path) << text;
  EXPECT_EQ(read_settings_file(path), text);
  std::filesystem::remove(path);
  const auto gone = read_settings_file(path);
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace weir::gateway
