#include "store/redis/native/key_name.hpp"

#include "store/redis/resp/command.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir::store::redis::native {
namespace {

TEST(ANativeKeyName, IsThePrefixAndTheKeyBetweenBraces) {
  EXPECT_EQ(key_name("weir:per-user", "alice"), "weir:per-user:{alice}");
  EXPECT_EQ(key_name("p", R"(["a","b"])"), R"(p:{["a","b"]})") << "a key of several parts is a list, stored as it is";
}

TEST(ANativeKeyName, EncodesWhatWouldEndTheBracesAndNothingElse) {
  EXPECT_EQ(key_name("p", "50%"), "p:{50%25}");
  EXPECT_EQ(key_name("p", "a}b{c"), "p:{a%7Db{c}");
  const std::string any("\0\n \xff:", 5);
  EXPECT_EQ(key_name("p", any), "p:{" + any + "}");
}

TEST(ANativeKeyName, HoldsAHashOfATextAbove256Bytes) {
  EXPECT_EQ(key_text(std::string(256, 'a')), std::string(256, 'a'));
  EXPECT_EQ(key_text(std::string(257, 'a')),
            "%sha256=e8d95cc2b4bc198c54b40bd214df958afb65f5e73d2c2eafe0593cf5c635c1f0");
  EXPECT_EQ(key_text(std::string(256, '%')).size(), 768) << "what counts is the key, not how it is encoded";
}

TEST(ANativeKeyName, KeepsNumbersAndTheEmptyTextApart) {
  EXPECT_EQ(key_text(42), "%number=42");
  EXPECT_EQ(key_text("42"), "42");
  EXPECT_EQ(key_text("%number=42"), "%25number=42");
  EXPECT_EQ(key_text(""), "%empty");
}

TEST(ANativeKeyName, TellsItsHashTagAsClusterSeesIt) {
  EXPECT_EQ(hash_tag("weir:per-user:{alice}"), "alice");
  EXPECT_EQ(hash_tag("{app}:x:{alice}"), "app") << "the first braces count";
  EXPECT_EQ(hash_tag("plain"), "plain");
  EXPECT_EQ(hash_tag("a{}b"), "a{}b");
  EXPECT_EQ(slot_of("weir:per-user:{alice}"), slot_of(hash_tag("weir:per-user:{alice}")));
}

}  // namespace
}  // namespace weir::store::redis::native
