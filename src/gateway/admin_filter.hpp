// admin_filter.hpp: `weir_admin`, the filter of the admin listener. It stands before the router and answers all itself
// (api/), but for Envoy's own pages below /envoy/: those it lets pass to whoever may see them.
//
// Keys in paths are any bytes, so its connection manager must leave paths alone: normalize_path and merge_slashes off,
// path_with_escaped_slashes_action KEEP_UNCHANGED. request_headers_timeout and request_timeout end slow clients.
#pragma once

#include "gateway/edge.hpp"

#include <memory>
#include <string_view>

namespace weir::gateway {

inline constexpr std::string_view admin_filter_name = "weir_admin";

// Throws when there is no runtime, or its token can't be had: Envoy then refuses the listener.
[[nodiscard]] std::unique_ptr<FilterConfig> make_admin_filter();

}  // namespace weir::gateway
