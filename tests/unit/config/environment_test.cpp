#include "config/environment.hpp"

#include "config/a_config.hpp"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(EnvironmentVariable, IsPutIntoWholesAndPartsOfValues) {
  const auto environment = environment_of({{"HOST", "example.com"}, {"PORT", "81"}, {"COST", "3"}});
  const Config config = config_of(
      "version: 1\n"
      "upstreams: { local: { url: \"http://${HOST}:${PORT}\" } }\n"
      "routes: [{ path: /*, to: local }]\n"
      "limits: { a: { key: ip, rate: 5/1s, cost: \"${COST}\" } }\n",
      environment);
  EXPECT_EQ(config.upstreams.at(0).host, "example.com");
  EXPECT_EQ(config.upstreams.at(0).port, 81);
  EXPECT_EQ(config.limits.at(0).cost, 3);
}

TEST(EnvironmentVariable, UnquotedOutsideBracesWorks) {
  EXPECT_EQ(config_of(with_lines("drain: ${DRAIN}"), environment_of({{"DRAIN", "7s"}})).drain, std::chrono::seconds(7));
}

TEST(EnvironmentVariable, AnyCharacterIsSafe) {
  const std::string odd = "a: [b]\n\"c\" # ${HOME} '}";
  const Config config =
      config_of(with_limit("key: ip, rate: 1/1s, reject: { message: \"${ODD}\" }"), environment_of({{"ODD", odd}}));
  EXPECT_EQ(config.limits.at(0).reject_message, odd);
}

TEST(EnvironmentVariable, DefaultStandsForUnsetAndEmpty) {
  EXPECT_EQ(expand("${A:-x}", no_environment())->text, "x");
  EXPECT_EQ(expand("${A:-x}", environment_of({{"A", ""}}))->text, "x");
  EXPECT_EQ(expand("${A:-x}", environment_of({{"A", "y"}}))->text, "y");
  EXPECT_EQ(expand("${A:-}", no_environment())->text, "");
  EXPECT_EQ(expand("${A}", environment_of({{"A", ""}}))->text, "");
}

TEST(EnvironmentVariable, TwoDollarsAreALiteral) {
  EXPECT_EQ(expand("$${A} costs 5$ or $B", no_environment())->text, "${A} costs 5$ or $B");
}

TEST(EnvironmentVariable, UnsetIsAnErrorThatNamesIt) {
  const auto errors = errors_of(with_lines("drain: ${DRAIN}"));
  ASSERT_EQ(errors.size(), 1);
  EXPECT_EQ(errors[0].line, 4);
  EXPECT_EQ(errors[0].column, 8);
  EXPECT_EQ(errors[0].length, 8);
  EXPECT_EQ(errors[0].message, "the environment variable DRAIN is not set; set it, or write ${DRAIN:-default}");
}

TEST(EnvironmentVariable, MalformedReferenceIsAnError) {
  EXPECT_THAT(expand("${A", no_environment()).error(), HasSubstr("without its }"));
  EXPECT_THAT(expand("${}", no_environment()).error(), HasSubstr("name is made of letters"));
  EXPECT_THAT(expand("${1A}", no_environment()).error(), HasSubstr("name is made of letters"));
  EXPECT_THAT(expand("${A:-${B}}", no_environment()).error(), HasSubstr("a default is plain text"));
}

TEST(EnvironmentVariable, ValueIsNeverInAnError) {
  const auto environment = environment_of({{"SECRET", "hunter2"}});
  for (const std::string option :
       {"key: \"${SECRET}\", rate: 1/1s", "key: ip, rate: \"${SECRET}\"", "key: ip, rate: \"5/${SECRET}\"",
        "key: ip, rate: 1/1s, algorithm: \"${SECRET}\"", "key: ip, rate: 1/1s, shadow: \"${SECRET}\"",
        "key: ip, rate: 1/1s, allow: [\"${SECRET}\"], deny: [\"${SECRET}\"]",
        "key: \"metadata:${SECRET}\", rate: 1/1s"}) {
    const auto errors = errors_of(with_limit(option), environment);
    ASSERT_FALSE(errors.empty()) << option;
    for (const Error& error : errors) {
      EXPECT_THAT(error.message, HasSubstr("${SECRET}")) << option;
      EXPECT_THAT(error.message, Not(HasSubstr("hunter2"))) << option;
    }
  }
  const std::string routes =
      "version: 1\n"
      "upstreams: { hunter: { url: \"http://${SECRET}:x\" } }\n"
      "routes: [{ path: \"${SECRET}\", to: \"${SECRET}\", limits: [\"${SECRET}\", \"${SECRET}\"], host: "
      "\"${SECRET}:1\" }]\n"
      "responses: { body: { file: \"${SECRET}\" } }\n"
      "store: { url: \"${SECRET}\" }\n";
  const auto errors = errors_of(routes, environment);
  EXPECT_EQ(errors.size(), 8);
  for (const Error& error : errors) EXPECT_THAT(error.message, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace weir::config
