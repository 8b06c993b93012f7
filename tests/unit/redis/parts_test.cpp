#include "store/redis/store/parts.hpp"

#include <gmock/gmock.h>

namespace weir::store::redis {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(Parts, AreReadAsTheyWereWritten) {
  const std::vector<Part> parts = {{.tag = "alice", .held = {{true, 0}, {false, 5}, {true, 12}}},
                                   {.tag = std::string("5:;h1 \0\n", 8), .held = {}},
                                   {.tag = "", .held = {{true, 1}}}};
  EXPECT_EQ(parts_text(std::span(parts).first(1)), "h0k5h12 5:alice;");
  EXPECT_THAT(parts_of(parts_text(parts)), Optional(testing::ElementsAreArray(parts)));
}

TEST(Parts, WhatIsNoNoteIsNone) {
  for (const std::string_view text :
       {"x", "h", "h1", "h1 ", "h1 5", "h1 5:abc;", "h1 3:abc", "k99999999999999999999 1:a;", "h1 -1:a;"}) {
    EXPECT_EQ(parts_of(text), std::nullopt) << text;
  }
}

TEST(Parts, EachGetsItsOwnAmountsAndKeepsWhatNobodySettles) {
  const Part part{.tag = "a", .held = {{true, 1}, {false, 5}}};
  const std::int64_t two[] = {7, 8};
  EXPECT_THAT(amounts_of(part, two), Optional(ElementsAre(8, 5)));
  EXPECT_THAT(amounts_of(part, std::span(two).first(1)), Optional(ElementsAre(7, 5)));
  const Part third{.tag = "a", .held = {{true, 2}}};
  EXPECT_EQ(amounts_of(third, two), std::nullopt);
}

}  // namespace
}  // namespace weir::store::redis
