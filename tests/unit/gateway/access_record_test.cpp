#include "gateway/access_record.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <string>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using Key = config::AccessLog::Key;

constexpr Instant new_year{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 10h + 3min + 4s + 5ms + 999us};

std::string line(const AccessRecord& record, Key key = Key::omit) {
  std::string text;
  append_access_line(text, record, key);
  return text;
}

std::string path_of(std::string_view path) {
  return std::string(boost::json::parse(line({.method = "GET", .path = path})).at("path").as_string());
}

TEST(AccessRecord, HasTheFieldsOfTheContractInOrder) {
  EXPECT_EQ(line({.time = new_year,
                  .method = "GET",
                  .path = "/v1/items",
                  .status = 429,
                  .duration = 1'250us,
                  .route = "/v1/*",
                  .limit = "per-user",
                  .decision = "limited",
                  .remaining = 0,
                  .upstream = "local",
                  .key = "alice"}),
            R"({"time":"2026-01-15T10:03:04.005Z","method":"GET","path":"/v1/items","status":429,"duration_ms":1.25,)"
            R"("route":"/v1/*","limit":"per-user","decision":"limited","remaining":0,"upstream":"local"})"
            "\n");
}

TEST(AccessRecord, WhatHasNoMeaningIsAbsent) {
  EXPECT_EQ(line({.time = Instant{}, .method = "GET", .path = "/"}),
            "{\"time\":\"1970-01-01T00:00:00.000Z\",\"method\":\"GET\",\"path\":\"/\",\"duration_ms\":0}\n");
}

TEST(AccessRecord, TheQueryIsNotLogged) { EXPECT_EQ(path_of("/a?token=secret?b"), "/a"); }

TEST(AccessRecord, AKeyIsShownAsAHashAnyoneCanRepeat) {
  const AccessRecord abc{.limit = "per-user", .key = "abc"};
  EXPECT_EQ(line(abc), line({.limit = "per-user"}));
  // printf abc | xxh64sum
  EXPECT_EQ(boost::json::parse(line(abc, Key::hash)).at("key").as_string(), "xxh64:44bc2cf5ad770999");
  EXPECT_EQ(line({.limit = "per-user"}, Key::hash), line({.limit = "per-user"}));
}

TEST(AccessRecord, DurationsAreMillisecondsToTheMicrosecond) {
  const auto shown = [](std::chrono::nanoseconds span) {
    const std::string text = line({.duration = span});
    return text.substr(text.find("duration_ms") + 13, text.rfind('}') - text.find("duration_ms") - 13);
  };
  EXPECT_EQ(shown(5'999ns), "0.005");
  EXPECT_EQ(shown(12ms), "12");
  EXPECT_EQ(shown(12'300us), "12.3");
  EXPECT_EQ(shown(24h), "86400000");
  EXPECT_EQ(shown(-1ms), "0");  // the clock was set back
}

TEST(AccessRecord, AnyByteMakesALineOfJson) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    if (byte != '?') bytes += static_cast<char>(byte);
  }
  const std::string text = line({.path = bytes});
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  std::string expected;  // each byte as the character of that number
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      expected += c;
    } else {
      expected += static_cast<char>(0xc0 | byte >> 6);
      expected += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  EXPECT_EQ(path_of(bytes), expected);
}

TEST(AccessRecord, Utf8StaysReadable) {
  EXPECT_EQ(path_of("/gr\xc3\xbc\xc3\x9f/\xe2\x82\xac/\xf0\x9f\x98\x80"),
            "/gr\xc3\xbc\xc3\x9f/\xe2\x82\xac/\xf0\x9f\x98\x80");
  EXPECT_NE(line({.path = "/\xe2\x82\xac"}).find("\xe2\x82\xac"), std::string::npos);
}

TEST(AccessRecord, WhatOnlyLooksLikeUtf8IsShownByteByByte) {
  const auto escaped = [](std::string_view bytes) {
    const std::string text = line({.path = bytes});
    return text.substr(text.find("path") + 7, text.find("\",\"duration") - text.find("path") - 7);
  };
  EXPECT_EQ(escaped("\xc0\xaf"), "\\u00c0\\u00af");                        // overlong
  EXPECT_EQ(escaped("\xe0\x80\xaf"), "\\u00e0\\u0080\\u00af");             // overlong
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\u00ed\\u00a0\\u0080");             // a surrogate
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\u00f4\\u0090\\u0080\\u0080");  // beyond U+10FFFF
  EXPECT_EQ(escaped("\xe2\x82"), "\\u00e2\\u0082");                        // cut off
  EXPECT_EQ(escaped("\xf0\x9f\x98"), "\\u00f0\\u009f\\u0098");             // cut off
}

TEST(AccessRecord, ALongPathIsCut) { EXPECT_EQ(path_of(std::string(60'000, 'a')).size(), longest_logged_path); }

}  // namespace
}  // namespace weir::gateway
