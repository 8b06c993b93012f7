// Errors together: all at once, in their order, underlined where they stand, bounded.
#include "config/a_config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace weir::config {
namespace {

using testing::HasSubstr;

TEST(Errors, AllComeAtOnceInTheTextsOrder) {
  const auto errors = errors_of(
      "version: 3\n"
      "routes: [{ path: x, to: nowhere }]\n"
      "limits:\n"
      "  a: { rate: fast }\n"
      "upstreams: { local: { url: x } }\n"
      "drain: soon\n");
  std::vector<std::pair<int, int>> places;
  for (const Error& error : errors) places.emplace_back(error.line, error.column);
  EXPECT_THAT(places, testing::ElementsAre(std::pair(1, 10), std::pair(2, 18), std::pair(2, 25), std::pair(4, 3),
                                           std::pair(4, 14), std::pair(5, 28), std::pair(6, 8)));
}

TEST(Errors, ReferenceToABrokenLimitIsNoSecondError) {
  EXPECT_EQ(errors_of(with_limit("key: ip, rate: fast")).size(), 1);
  EXPECT_EQ(errors_of("version: 1\nupstreams: 5\nroutes: [{ path: /*, to: local }]\n").size(), 1);
}

TEST(Errors, UnderlinesTheWholeValue) {
  EXPECT_EQ(errors_of(with_lines("drain: forever")).at(0).length, 7);
  EXPECT_EQ(errors_of(with_lines("drain: \"for ever\"")).at(0).length, 10);
  EXPECT_EQ(errors_of(with_lines("drain: &name forever")).at(0).length, 13);
  EXPECT_EQ(errors_of(with_lines("unknown_one: {}")).at(0).length, 11);
}

TEST(Errors, ColumnsAreCharacters) {
  const auto errors = errors_of(with_limit("key: const:\xC3\xA4\xC3\xB6, rate: fast"));
  ASSERT_EQ(errors.size(), 1);
  EXPECT_EQ(errors[0].column, 7 + 5 + 8 + 2 + 6);
}

TEST(Errors, AreBoundedInNumber) {
  std::string text = "limits:\n";
  for (int i = 0; i < 3000; ++i) text += "  l" + std::to_string(i) + ": x\n";
  const auto errors = errors_of(text);
  EXPECT_EQ(errors.size(), 1001);
  EXPECT_THAT(errors.back().message, HasSubstr("more errors"));
}

TEST(Errors, AliasesThatWouldExpandWithoutEndAreRefused) {
  std::string text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name < 'l'; ++name) {
    text += std::string(1, name) + ": &" + name + " [";
    for (int i = 0; i < 10; ++i) text += std::string("*") + static_cast<char>(name - 1) + ",";
    text += "]\n";
  }
  const auto errors = errors_of(text);
  ASSERT_FALSE(errors.empty());
  EXPECT_THAT(errors.back().message, HasSubstr("aliases and variables add more than 8 MiB"));
}

}  // namespace
}  // namespace weir::config
