// query.hpp: parameters of a request's query string.
#pragma once

#include <string_view>

namespace weir::gateway {

// `path` as in :path. What follows `?`, up to a fragment.
[[nodiscard]] std::string_view query_of(std::string_view path);
[[nodiscard]] std::string_view path_without_query(std::string_view path);

// The still encoded value of the first parameter of this name that has one. Names are compared decoded: neither an
// escaped name nor an empty first value is a way around a limit. Empty when there is none. O(size of the query).
[[nodiscard]] std::string_view query_parameter(std::string_view query, std::string_view name);

}  // namespace weir::gateway
