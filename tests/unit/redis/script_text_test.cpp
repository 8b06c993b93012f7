#include "store/redis/layout/script_text.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace weir::store::redis {
namespace {

TEST(ScriptText, IsTheFileWithThatName) {
  EXPECT_TRUE(script_text("upstash_reset").starts_with("-- upstash_reset.lua:"));
  EXPECT_TRUE(script_text("upstash_reset").ends_with("unpack(KEYS))\n"));
}

TEST(ScriptText, KnowsNoOtherName) { EXPECT_THROW((void)script_text("upstash_nothing"), std::logic_error); }

}  // namespace
}  // namespace weir::store::redis
