#include "gateway/escaped_slashes.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

namespace weir::gateway {
namespace {

using config::EscapedSlashes;
using Action = SlashVerdict::Action;

std::string redirected(std::string_view path) {
  const SlashVerdict verdict = escaped_slashes(EscapedSlashes::redirect, path, false);
  return verdict.action == Action::redirect ? verdict.location : "(no redirect)";
}

TEST(EscapedSlashes, APathWithoutThemProceeds) {
  for (const char* path : {"/", "/a/b", "/a%20b", "/100%", "/%2", "/%2G", "/a?b=%2f", "/a?%5c", "*", ""}) {
    for (const auto mode : {EscapedSlashes::keep, EscapedSlashes::reject, EscapedSlashes::redirect}) {
      EXPECT_EQ(escaped_slashes(mode, path, false).action, Action::proceed) << path;
    }
  }
}

TEST(EscapedSlashes, KeepLetsThemPass) {
  EXPECT_EQ(escaped_slashes(EscapedSlashes::keep, "/a%2fb", false).action, Action::proceed);
}

TEST(EscapedSlashes, RejectRefusesEachForm) {
  for (const char* path : {"/a%2fb", "/a%2Fb", "/a%5cb", "/a%5Cb", "/%25%2f"}) {
    EXPECT_EQ(escaped_slashes(EscapedSlashes::reject, path, false).action, Action::reject) << path;
  }
}

TEST(EscapedSlashes, RedirectNamesThePlainForm) {
  EXPECT_EQ(redirected("/a%2fb"), "/a/b");
  EXPECT_EQ(redirected("/a%2Fb%2fc/"), "/a/b/c/");
  EXPECT_EQ(redirected("/a%5cb%5C"), "/a/b/");
  EXPECT_EQ(redirected("/a%20b%2fc"), "/a%20b/c");
}

TEST(EscapedSlashes, TheQueryStaysAsItIs) { EXPECT_EQ(redirected("/a%2fb?c=%2fd//../?"), "/a/b?c=%2fd//../?"); }

TEST(EscapedSlashes, ThePlainFormIsNormalised) {
  EXPECT_EQ(redirected("/a%2f%2fb"), "/a/b");
  EXPECT_EQ(redirected("/public/..%2fadmin"), "/admin");
  EXPECT_EQ(redirected("/a/b%2f.%2f..%2f%2e%2E%2fc"), "/c");
  EXPECT_EQ(redirected("/a%2f.."), "/");
  EXPECT_EQ(redirected("/..%2f..%2f..%2f"), "/");
  EXPECT_EQ(redirected("/a%2f..."), "/a/...");
}

TEST(EscapedSlashes, ARedirectStaysOnTheHost) {
  EXPECT_EQ(redirected("/%2fevil.example"), "/evil.example");
  EXPECT_EQ(redirected("/%5cevil.example"), "/evil.example");
  EXPECT_EQ(redirected("/%5c%2f%5c/evil.example"), "/evil.example");
  EXPECT_EQ(redirected("/.%2f/evil.example"), "/evil.example");
  EXPECT_EQ(redirected("/a/..%2f/evil.example"), "/evil.example");
}

TEST(EscapedSlashes, DoubleEscapesAreLeftAlone) {
  EXPECT_EQ(escaped_slashes(EscapedSlashes::redirect, "/a%252fb", false).action, Action::proceed);
  EXPECT_EQ(redirected("/a%252f%2fb"), "/a%252f/b");
}

TEST(EscapedSlashes, WhatCanNotBeRedirectedIsRefused) {
  EXPECT_EQ(escaped_slashes(EscapedSlashes::redirect, "/pkg.Service%2fCall", true).action, Action::reject);
  EXPECT_EQ(escaped_slashes(EscapedSlashes::redirect, "http:%2f%2fevil.example", false).action, Action::reject);
}

TEST(EscapedSlashes, ARedirectIsNeverFollowedByAnother) {
  const auto* given = std::getenv("WEIR_SEED");
  const auto seed = given == nullptr ? std::random_device{}() : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  std::mt19937 random(seed);
  constexpr std::string_view pieces[]{"%2f", "%5C", "%",   "2f", "%2", "/",   "\\",
                                      ".",   "..",  "%2e", "a",  "?",  "%25", "5c"};
  for (int trial = 0; trial < 20'000; ++trial) {
    std::string path = "/";
    for (auto count = random() % 12; count > 0; --count) path += pieces[random() % std::size(pieces)];
    const SlashVerdict first = escaped_slashes(EscapedSlashes::redirect, path, false);
    if (first.action != Action::redirect) continue;
    ASSERT_TRUE(first.location.starts_with('/') && !first.location.starts_with("//") &&
                !first.location.starts_with("/\\"))
        << path << " -> " << first.location << ", WEIR_SEED=" << seed;
    ASSERT_EQ(escaped_slashes(EscapedSlashes::redirect, first.location, false).action, Action::proceed)
        << path << " -> " << first.location << ", WEIR_SEED=" << seed;
  }
}

}  // namespace
}  // namespace weir::gateway
