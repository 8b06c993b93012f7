#include "config/pattern.hpp"

#include "config/address.hpp"
#include "config/number.hpp"

#include <re2/re2.h>

#include <cstdint>
#include <string>
#include <utility>

namespace weir::config {
namespace {

// As the limiter compiles it: a pattern that is fine here is fine there.
constexpr std::int64_t regex_memory = std::int64_t{1} << 20U;

Parsed<Pattern> parse_regex(std::string_view text) {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(regex_memory);
  options.set_never_capture(true);
  const RE2 regex(re2::StringPiece(text.data(), text.size()), options);
  if (regex.ok()) return Pattern{.kind = Pattern::Kind::regex, .text = std::string(text)};
  const bool too_large = regex.error_code() == RE2::ErrorPatternTooLarge;
  return refuse("a regular expression of RE2's after the ~",
                too_large ? "it needs more than 1 MiB of memory" : regex.error());
}

// The limiter's language: `\` makes a `*`, a `?`, a `\` and a `~` plain.
bool is_plain_after_backslash(char c) { return c == '*' || c == '?' || c == '\\' || c == '~'; }

}  // namespace

Parsed<Pattern> parse_pattern(std::string_view text) {
  using Kind = Pattern::Kind;
  constexpr std::size_t longest = 8192;  // bytes
  if (text.empty()) return refuse(std::string(pattern_shape));
  if (text.size() > longest) return refuse(std::string(pattern_shape) + " of at most 8192 bytes");
  if (text.front() == '~') return parse_regex(text.substr(1));
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto family = ip_family(text.substr(0, slash));
    if (family) {
      const int longest_prefix = *family == IpFamily::v4 ? 32 : 128;
      const auto length = parse_number(text.substr(slash + 1));
      if (!length || *length < 0 || *length > longest_prefix) {
        return refuse("a CIDR whose length is from 0 to " + std::to_string(longest_prefix));
      }
      return Pattern{.kind = Kind::cidr, .text = std::string(text)};
    }
  }
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '*' || text[i] == '?') return Pattern{.kind = Kind::glob, .text = std::string(text)};
    if (text[i] == '\\' && i + 1 < text.size() && is_plain_after_backslash(text[i + 1])) ++i;
    plain += text[i];
  }
  return Pattern{.kind = Kind::exact, .text = std::move(plain)};
}

}  // namespace weir::config
