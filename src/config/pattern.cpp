#include "config/pattern.hpp"

#include "config/address.hpp"
#include "config/number.hpp"

#include <string>

namespace weir::config {

Parsed<Pattern> parse_pattern(std::string_view text) {
  using Kind = Pattern::Kind;
  if (text.empty()) return refuse("a value, a CIDR like 10.0.0.0/8 or a glob like team-*");
  if (text.front() == '~') return Pattern{.kind = Kind::regex, .text = std::string(text.substr(1))};
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto family = ip_family(text.substr(0, slash));
    if (family) {
      const int longest = *family == IpFamily::v4 ? 32 : 128;
      const auto length = parse_number(text.substr(slash + 1));
      if (!length || *length < 0 || *length > longest) {
        return refuse("a CIDR whose length is from 0 to " + std::to_string(longest));
      }
      return Pattern{.kind = Kind::cidr, .text = std::string(text)};
    }
  }
  const bool glob = text.find_first_of("*?") != std::string_view::npos;
  return Pattern{.kind = glob ? Kind::glob : Kind::exact, .text = std::string(text)};
}

}  // namespace weir::config
