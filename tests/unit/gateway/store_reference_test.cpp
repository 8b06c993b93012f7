#include "gateway/store_reference.hpp"

#include "gateway/settings.hpp"

#include <boost/json/serialize.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

namespace weir::gateway {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

config::Secret literal(const std::string& url) { return {.value = url, .written = url}; }

config::Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

config::Store on(config::Secret url) {
  config::Store store;
  store.url = std::move(url);
  return store;
}

TEST(StoreReference, AUrlWithoutAPasswordStaysAsItIs) {
  for (const char* url :
       {"memory", "redis://h", "redis://h:6379/2", "redis://user@h", "redis+cluster://a:1,b:2", "redis://[::1]:6379"}) {
    EXPECT_EQ(store_reference(literal(url)), url);
    EXPECT_THAT(store_passwords(on(literal(url))), IsEmpty());
  }
}

TEST(StoreReference, AVariableStaysAsItIsWritten) {
  const config::Secret url{.value = "redis://:hunter2@h", .written = "redis://:${PASSWORD:-a:b@c}@h"};
  EXPECT_EQ(store_reference(url), "redis://:${PASSWORD:-a:b@c}@h");
  EXPECT_THAT(store_passwords(on(url)), IsEmpty());
  const config::Secret whole{.value = "redis://:hunter2@h", .written = "${URL}"};
  EXPECT_EQ(store_reference(whole), "${URL}");
}

TEST(StoreReference, AWrittenPasswordMovesIntoTheEnvironment) {
  const config::Store store = on(literal("rediss://user:hunter2@h:6380/1"));
  const std::string reference = store_reference(store.url);
  EXPECT_THAT(reference, Not(HasSubstr("hunter2")));
  const auto passwords = store_passwords(store);
  ASSERT_EQ(passwords.size(), 1U);
  EXPECT_EQ(passwords.front().second, "hunter2");
  EXPECT_EQ(reference, "rediss://user:${" + passwords.front().first + "}@h:6380/1");

  config::Store there = on({.value = {}, .written = reference});
  resolve_store(there, environment_of({passwords.front()}));
  EXPECT_EQ(there.url.value, "rediss://user:hunter2@h:6380/1");
}

TEST(StoreReference, AnotherPasswordIsAnotherVariable) {
  EXPECT_NE(store_reference(literal("redis://:one@h")), store_reference(literal("redis://:two@h")));
  config::Store changed = on({.value = {}, .written = store_reference(literal("redis://:two@h"))});
  try {
    resolve_store(changed, environment_of({store_passwords(on(literal("redis://:one@h"))).front()}));
    FAIL() << "a password that is not there was found";
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "store.url: another password takes effect at the next start");
  }
}

TEST(StoreReference, AMissingVariableIsNamed) {
  config::Store store = on({.value = {}, .written = "redis://:${PASSWORD}@h"});
  try {
    resolve_store(store, environment_of({}));
    FAIL() << "a variable that is not there was found";
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), HasSubstr("PASSWORD is not set"));
  }
}

TEST(StoreReference, RegionsAreTreatedAlike) {
  config::Config config;
  config.store = on(literal("redis://:hunter2@a"));
  config.store.regions = {literal("redis://:hunter3@b"), {.value = "redis://:hunter4@c", .written = "redis://:${X}@c"}};
  const std::string json = boost::json::serialize(settings_json(config));
  for (const char* secret : {"hunter2", "hunter3", "hunter4"}) EXPECT_THAT(json, Not(HasSubstr(secret)));

  Settings settings = read_settings(json);
  std::map<std::string, std::string> variables{{"X", "hunter4"}};
  for (const auto& [name, value] : store_passwords(config.store)) variables[name] = value;
  resolve_store(settings.store, environment_of(variables));
  EXPECT_EQ(settings.store.url.value, "redis://:hunter2@a");
  ASSERT_EQ(settings.store.regions.size(), 2U);
  EXPECT_EQ(settings.store.regions[0].value, "redis://:hunter3@b");
  EXPECT_EQ(settings.store.regions[1].value, "redis://:hunter4@c");
}

}  // namespace
}  // namespace weir::gateway
