// problem.hpp: what went wrong, as application/problem+json (RFC 9457).
#pragma once

#include "api/request.hpp"

#include <expected>
#include <string_view>

namespace weir::api {

// `detail` is one sentence for the caller; text of the request's in it should be config::in_quotes.
[[nodiscard]] Response problem(int status, std::string_view detail);

// A value, or the answer that says why there is none.
template <class T>
using Result = std::expected<T, Response>;

[[nodiscard]] inline std::unexpected<Response> refuse(int status, std::string_view detail) {
  return std::unexpected(problem(status, detail));
}

}  // namespace weir::api
