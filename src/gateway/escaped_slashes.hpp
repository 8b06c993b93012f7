// escaped_slashes.hpp: what becomes of a path with `%2F` or `%5C`, which the gateway and an upstream may read
// differently.
//
// `/public/..%2fadmin` is below /public for one and /admin for the other: by default the client is sent to the plain
// form and asks again for what it means. Double escapes (`%252f`) are left alone, so that a redirect is never followed
// by another.
#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::gateway {

struct SlashVerdict {
  enum class Action : std::uint8_t { proceed, reject /* 400 */, redirect /* 307 */ };
  Action action = Action::proceed;
  std::string location;  // redirect: a path on the same host, its query included
};

// `path` is :path as Envoy normalised it. gRPC clients can't follow a redirect: theirs is refused. A path without `%`
// costs one search for it, and no allocation.
[[nodiscard]] SlashVerdict escaped_slashes(config::EscapedSlashes mode, std::string_view path, bool grpc);

}  // namespace weir::gateway
