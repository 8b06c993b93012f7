// header_field.hpp: one header of an answer, as a view.
#pragma once

#include <string_view>

namespace weir::gateway {

struct HeaderField {
  std::string_view name;  // lower case
  std::string_view value;
};

}  // namespace weir::gateway
