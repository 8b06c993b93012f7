#include "store/redis/resp/command.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weir::store::redis {
namespace {

TEST(Command, IsAnArrayOfBulkStrings) {
  EXPECT_EQ(command({"PING"}).bytes, "*1\r\n$4\r\nPING\r\n");
  EXPECT_EQ(command({"GET", "a key"}).bytes, "*2\r\n$3\r\nGET\r\n$5\r\na key\r\n");
}

TEST(Command, TakesAnyBytes) {
  const std::string bytes("\r\n\0$", 4);
  EXPECT_EQ(command({"ECHO", bytes, ""}).bytes, "*3\r\n$4\r\nECHO\r\n$4\r\n" + bytes + "\r\n$0\r\n\r\n");
}

TEST(Command, KeepsItsSlot) {
  EXPECT_EQ(command({"GET", "a"}, Slot{7}).slot, Slot{7});
  EXPECT_FALSE(command({"PING"}).slot);
}

// The examples of the Cluster specification, and answers of CLUSTER KEYSLOT.
TEST(Slot, IsThatOfTheClusterSpecification) {
  EXPECT_EQ(slot_of("123456789"), 0x31C3 % 16384);
  EXPECT_EQ(slot_of(""), 0);
  EXPECT_EQ(slot_of("foo"), 12182);
  EXPECT_EQ(slot_of("somekey"), 11058);
}

TEST(Slot, OfAKeyWithAHashTagIsTheTags) {
  EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
  EXPECT_EQ(slot_of("weir:per-user:{user1000}"), slot_of("user1000"));
  EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
}

TEST(Slot, OfAKeyWithAnEmptyOrOpenTagIsTheWholeKeys) {
  EXPECT_EQ(slot_of("foo{}{bar}"), 8363);
  EXPECT_NE(slot_of("foo{bar"), slot_of("bar"));
}

}  // namespace
}  // namespace weir::store::redis
