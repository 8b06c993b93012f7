#include "config/parse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::config {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Describe, ShowsTheLineAndUnderlinesThePlace) {
  const Error error{.line = 2, .column = 5, .length = 8, .message = "unknown key 'algoritm'"};
  EXPECT_EQ(describe(error, "weir.yaml", "a:\n    algoritm: sliding_window\nb:\n"),
            "weir.yaml:2:5: error: unknown key 'algoritm'\n"
            "    2 |     algoritm: sliding_window\n"
            "      |     ^~~~~~~~");
}

TEST(Describe, ErrorWithoutAPlaceIsOneLine) {
  EXPECT_EQ(describe({.message = "cannot be read"}, "weir.yaml", ""), "weir.yaml: error: cannot be read");
}

TEST(Describe, WindowsLineEndsAndTheByteOrderMarkAreNotShown) {
  EXPECT_EQ(describe({.line = 1, .column = 1, .length = 1, .message = "m"}, "f", "\xEF\xBB\xBFx: y\r\nz: w\r\n"),
            "f:1:1: error: m\n"
            "    1 | x: y\n"
            "      | ^");
}

TEST(Describe, WhatCannotBePrintedIsAQuestionMark) {
  EXPECT_EQ(describe({.line = 1, .column = 6, .length = 1, .message = "m"}, "f", "a\t\x1B\xFF\xC3\xA4!"),
            "f:1:6: error: m\n"
            "    1 | a ??\xC3\xA4!\n"
            "      |      ^");
}

TEST(Describe, LongLinesAreClippedAroundThePlace) {
  const std::string line = std::string(500, 'a').append("HERE").append(500, 'b');
  const std::string text = describe({.line = 1, .column = 501, .length = 4, .message = "m"}, "f", line);
  EXPECT_EQ(text,
            "f:1:501: error: m\n"
            "    1 | ..." +
                std::string(40, 'a') + "HERE" + std::string(56, 'b') +
                "...\n"
                "      | " +
                std::string(43, ' ') + "^~~~");
}

TEST(Describe, UnderlineEndsWithWhatIsShown) {
  const std::string text =
      describe({.line = 1, .column = 1, .length = 300, .message = "m"}, "f", std::string(300, 'x'));
  EXPECT_THAT(text, testing::EndsWith("| ^" + std::string(99, '~')));
}

TEST(Describe, PlaceBeyondTheTextIsShownAsAnEmptyLine) {
  EXPECT_EQ(describe({.line = 9, .column = 3, .length = 1, .message = "m"}, "f", "x"),
            "f:9:3: error: m\n    9 | \n      |   ^");
}

TEST(Describe, SecretsInTheLineAreNotShown) {
  const auto shown = [](std::string_view line) {
    return describe({.line = 1, .column = 1, .length = 1, .message = "m"}, "f", line);
  };
  EXPECT_THAT(shown("url: redis://me:hunter2@host/0"), HasSubstr("url: redis://**********@host/0"));
  EXPECT_THAT(shown("admin: { listen: x, token: hunter2 }"), HasSubstr("token: ******* }"));
  EXPECT_THAT(shown("headers: { Authorization: \"Bearer hunter2\" }"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(shown("secret: 'hunter2'"), HasSubstr("secret: '*******'"));
  EXPECT_THAT(shown("secret: ${SECRET}"), HasSubstr("secret: ${SECRET}"));
  EXPECT_THAT(shown("key: header:x-token"), HasSubstr("key: header:x-token"));
}

}  // namespace
}  // namespace weir::config
