#include "gateway/environment_reference.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace weir::gateway {
namespace {

std::optional<std::string> key_is_set(std::string_view name) {
  if (name == "KEY") return "hush";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

TEST(EnvironmentReference, AVariableIsLeftToEnvoy) {
  EXPECT_EQ(environment_reference("Bearer ${KEY}!", key_is_set), "Bearer %ENVIRONMENT(KEY)%!");
}

TEST(EnvironmentReference, AVariableThatIsUnsetOrEmptyLeavesItsDefault) {
  EXPECT_EQ(environment_reference("${NONE:-50%}", key_is_set), "50%%");
  EXPECT_EQ(environment_reference("${EMPTY:-plain}", key_is_set), "plain");
  EXPECT_EQ(environment_reference("${KEY:-plain}", key_is_set), "%ENVIRONMENT(KEY)%");
}

TEST(EnvironmentReference, WhatEnvoyWouldReadAsAFormatIsText) {
  EXPECT_EQ(environment_reference("100%REQ(a)% $${KEY}", key_is_set), "100%%REQ(a)%% ${KEY}");
}

TEST(EnvironmentReference, TheVariablesAreNamed) {
  EXPECT_EQ(variables_in("${KEY} ${NONE:-x} $${PLAIN}", key_is_set), (std::set<std::string>{"KEY", "NONE"}));
}

}  // namespace
}  // namespace weir::gateway
