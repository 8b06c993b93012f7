// percent.hpp: percent-encoding (RFC 3986, 2.1), read leniently: what is no escape stands for itself.
#pragma once

#include <memory_resource>
#include <string_view>

namespace weir::gateway {

// `+` stays `+`: it means a space in HTML forms only. O(size); allocates from `memory` if there is anything to decode.
[[nodiscard]] std::string_view percent_decoded(std::string_view text, std::pmr::memory_resource& memory);

// Whether `encoded`, decoded, is `plain`. No allocation.
[[nodiscard]] bool decodes_to(std::string_view encoded, std::string_view plain);

}  // namespace weir::gateway
