#include "cli/envoy_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace weir::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AnEnvoyLog : public testing::Test {
 protected:
  EnvoyLog at(LogLevel level) {
    return {level, [this](const std::string& line) { printed_.push_back(line); }};
  }
  std::vector<std::string> printed_;
};

TEST_F(AnEnvoyLog, PassesOnWarningsAndErrorsAsPlainLines) {
  EnvoyLog log = at(LogLevel::warning);
  log.feed("info\tmain\tstarting\nwarning\tupstream\tslow\nerror\tmain\tno\n");
  EXPECT_THAT(printed_, ElementsAre("weir: envoy: warning: slow", "weir: envoy: error: no"));
}

TEST_F(AnEnvoyLog, NamesTheLoggerWhenAskedForMore) {
  EnvoyLog log = at(LogLevel::debug);
  log.feed("debug\thttp\tstream\n");
  EXPECT_THAT(printed_, ElementsAre("weir: envoy: debug: http: stream"));
}

TEST_F(AnEnvoyLog, JoinsLinesThatArriveInPieces) {
  EnvoyLog log = at(LogLevel::warning);
  for (const char* piece : {"err", "or\tmain\tb", "roken\nwarning\tm", "ain\tlast"}) log.feed(piece);
  log.finish();
  EXPECT_THAT(printed_, ElementsAre("weir: envoy: error: broken", "weir: envoy: warning: last"));
}

TEST_F(AnEnvoyLog, GivesALineWithoutALevelToTheLineBefore) {
  EnvoyLog log = at(LogLevel::warning);
  log.feed("info\tmain\tconfig:\n  secret: x\nerror\tmain\tbad:\n  line 2\n");
  EXPECT_THAT(printed_, ElementsAre("weir: envoy: error: bad:", "weir: envoy: error:   line 2"));
}

TEST_F(AnEnvoyLog, LeavesOutWarningsThatTellAnOperatorNothing) {
  EnvoyLog log = at(LogLevel::warning);
  log.feed("warning\tmain\tcaught ENVOY_SIGTERM\n");
  EXPECT_THAT(printed_, IsEmpty());
}

TEST_F(AnEnvoyLog, RemembersTheLastErrorsEvenWhenSilent) {
  EnvoyLog log = at(LogLevel::off);
  for (int i = 0; i < 20; ++i) log.feed("error\tmain\t" + std::to_string(i) + "\n");
  EXPECT_THAT(printed_, IsEmpty());
  EXPECT_THAT(log.errors(), ElementsAre("12", "13", "14", "15", "16", "17", "18", "19"));
}

TEST_F(AnEnvoyLog, CutsALineThatDoesNotEnd) {
  EnvoyLog log = at(LogLevel::warning);
  log.feed("error\tmain\t" + std::string(200'000, 'x'));
  EXPECT_THAT(printed_, testing::SizeIs(1));
}

TEST(LogLevel, IsReadByItsName) {
  EXPECT_EQ(parse_log_level("warning"), LogLevel::warning);
  EXPECT_EQ(parse_log_level("warn"), LogLevel::warning);
  EXPECT_EQ(parse_log_level("loud"), std::nullopt);
  EXPECT_EQ(to_string(LogLevel::critical), "critical");
}

}  // namespace
}  // namespace weir::cli
