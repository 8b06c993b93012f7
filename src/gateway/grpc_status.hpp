// grpc_status.hpp: what an answer of the gateway's own tells a gRPC client, in gRPC's codes.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::gateway {

inline constexpr std::string_view grpc_status_header = "grpc-status";

[[nodiscard]] constexpr std::string_view grpc_status(std::uint32_t http_status) {
  switch (http_status) {
    case 400:
    case 422:
      return "3";  // INVALID_ARGUMENT
    case 401:
      return "16";  // UNAUTHENTICATED
    case 403:
      return "7";  // PERMISSION_DENIED
    case 404:
      return "12";  // UNIMPLEMENTED
    case 429:
      return "8";  // RESOURCE_EXHAUSTED
    case 503:
      return "14";  // UNAVAILABLE
    default:
      return http_status >= 500 ? "13" : "2";  // INTERNAL, UNKNOWN
  }
}

}  // namespace weir::gateway
