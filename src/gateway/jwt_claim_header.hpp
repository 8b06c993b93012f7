// jwt_claim_header.hpp: the request header in which Envoy hands a verified claim to the module.
//
// A client's own headers of this prefix are removed before anything else looks at a request (envoy_listeners.cpp), so
// that what arrives in them was verified.
#pragma once

#include <string>
#include <string_view>

namespace weir::gateway {

inline constexpr std::string_view jwt_claim_header_prefix = "x-weir-jwt-";

// `x-weir-jwt-CLAIM`. Header names have no case and few characters: all but a-z 0-9 - . _ is written %xx. Two claims
// never share a header.
[[nodiscard]] std::string jwt_claim_header(std::string_view claim);

}  // namespace weir::gateway
