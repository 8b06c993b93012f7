// percent.hpp: percent-encoding (RFC 3986, section 2.1).
#pragma once

#include <string>
#include <string_view>

namespace weir::lambda {

// Decoded; a % without two hexadecimal digits stands for itself.
[[nodiscard]] std::string percent_decoded(std::string_view text, bool plus_is_space);

// All but unreserved characters encoded, as AWS's signatures want it ("UriEncode").
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace weir::lambda
