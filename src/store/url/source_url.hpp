// source_url.hpp: where a list is fetched from, http[s]://HOST[:PORT][/PATH][?QUERY].
#pragma once

#include "store/url/store_url.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace weir::store {

struct SourceUrl {
  bool tls = false;
  HostPort host;
  std::string target;  // path and query; / without them
};

// At most 2048 visible characters, no user, no fragment. The error says what is wrong.
[[nodiscard]] std::expected<SourceUrl, std::string> parse_source_url(std::string_view text);

}  // namespace weir::store
