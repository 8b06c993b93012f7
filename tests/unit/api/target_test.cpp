#include "api/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::api {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(Target, HasAPathAndAQuery) {
  EXPECT_EQ(split_target("/a/b?c=d?e").path, "/a/b");
  EXPECT_EQ(split_target("/a/b?c=d?e").query, "c=d?e");
  EXPECT_EQ(split_target("/a/b").query, "");
}

TEST(Target, AnyByteComesBackFromItsEncoding) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_THAT(percent_decoded(percent_encoded(all)), Optional(all));
  EXPECT_EQ(percent_encoded("a/b ~é"), "a%2Fb%20~%C3%A9");
}

TEST(Target, AWrongEscapeIsNone) {
  for (const char* wrong : {"%", "a%", "%2", "%zz", "%2g", "%%20"}) EXPECT_EQ(percent_decoded(wrong), std::nullopt);
  EXPECT_THAT(percent_decoded("%2e%2E+"), Optional(std::string("..+")));
}

TEST(Target, AQueryMayNameAThingManyTimes) {
  EXPECT_THAT(query_values("key=a&other=b&key=&key", "key"), Optional(ElementsAre("a", "", "")));
  EXPECT_THAT(query_values("", "key"), Optional(ElementsAre()));
  EXPECT_THAT(query_values("k%65y=a+b%2Bc", "key"), Optional(ElementsAre("a b+c")));
  EXPECT_EQ(query_values("key=%zz", "key"), std::nullopt);
}

}  // namespace
}  // namespace weir::api
