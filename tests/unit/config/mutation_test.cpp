// Whatever is done to a config's text, parse answers, and its errors lie in the text's order.
#include "config/a_config.hpp"
#include "config/warnings.hpp"

#include <gtest/gtest.h>

#include <random>
#include <tuple>

namespace weir::config {
namespace {

const std::string whole = with_limit(
                              "key: [header:x, ip/24], rate: \"${RATE:-5/1s}\", algorithm: gcra, burst: 9, "
                              "overrides: { vip: unlimited }, deny: [\"10.0.0.0/8\"], reject: { status: 503 }, "
                              "when: { jwt:plan: [gold, \"~^s\"] }, only: [\"~^a|b$\"], charge: [401, 5xx], wait: 1s") +
                          "jwt: { issuer: i, jwks: \"http://h/k\" }\n"
                          "admin: { listen: 127.0.0.1:9090, token: \"${RATE:-x}\" }\n"
                          "access_log: { to: stdout, key: hash }\n"
                          "store: &s { url: memory, timeout: 100ms }\n"
                          "responses: { headers: both }\n"
                          "listen: \"[::1]:8080\"\n";

std::string mutated(std::mt19937_64& random) {
  constexpr std::string_view pieces = "{}[]:,#&*!|>'\"%@`-?~$\n\t \r\xFF\xC3<:";
  std::string text = whole;
  for (std::uint64_t edits = 1 + random() % 6; edits > 0; --edits) {
    const std::size_t at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text.erase(at, 1 + random() % 9);
        break;
      case 1:
        text.insert(at, 1, pieces[random() % pieces.size()]);
        break;
      case 2:
        text[at] = static_cast<char>(random());
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 40));
        break;
    }
    if (text.empty()) text = " ";
  }
  return text;
}

TEST(MutatedConfig, IsAConfigOrAListOfErrorsInOrder) {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    std::mt19937_64 random(seed);
    const std::string text = mutated(random);
    const auto config = parse(text, no_environment());
    if (config) {
      EXPECT_FALSE(config->routes.empty()) << "seed " << seed;
      for (const Warning& warning : warnings(*config)) EXPECT_FALSE(warning.message.empty()) << "seed " << seed;
      continue;
    }
    ASSERT_FALSE(config.error().empty()) << "seed " << seed;
    const bool ordered =
        std::ranges::is_sorted(config.error(), {}, [](const Error& e) { return std::tie(e.line, e.column); });
    EXPECT_TRUE(ordered) << "seed " << seed;
    for (const Error& error : config.error()) {
      EXPECT_FALSE(error.message.empty()) << "seed " << seed;
      EXPECT_FALSE(describe(error, "weir.yaml", text).empty()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace weir::config
