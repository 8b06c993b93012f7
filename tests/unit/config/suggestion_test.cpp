#include "config/suggestion.hpp"

#include <gtest/gtest.h>

#include <array>

namespace weir::config {
namespace {

constexpr auto options = std::to_array<std::string_view>({"key", "rate", "algorithm", "burst", "reserve", "reject"});

TEST(Suggestion, DistanceCountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("rate", "rate"), 0);
  EXPECT_EQ(edit_distance("", "rate"), 4);
  EXPECT_EQ(edit_distance("ratse", "rate"), 1);
  EXPECT_EQ(edit_distance("rte", "rate"), 1);
  EXPECT_EQ(edit_distance("raet", "rate"), 1);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(Suggestion, IsTheNearestWord) {
  EXPECT_EQ(nearest("algoritm", options), "algorithm");
  EXPECT_EQ(nearest("brust", options), "burst");
  EXPECT_EQ(nearest("Rate", options), "rate");
}

TEST(Suggestion, IsNothingWhenNoWordIsNear) {
  EXPECT_EQ(nearest("timeout", options), "");
  EXPECT_EQ(nearest("x", options), "");
  EXPECT_EQ(nearest("", options), "");
  EXPECT_EQ(nearest(std::string(1000, 'a'), options), "");
}

TEST(Suggestion, ReadsAsAQuestion) {
  EXPECT_EQ(did_you_mean("rejct", options), "; did you mean 'reject'?");
  EXPECT_EQ(did_you_mean("zzz", options), "");
}

}  // namespace
}  // namespace weir::config
