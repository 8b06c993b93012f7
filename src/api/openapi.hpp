// openapi.hpp: the API's description (OpenAPI 3.1), which openapi.json holds; the build puts it into a .cpp.
#pragma once

#include <string_view>

namespace weir::api {

extern const std::string_view openapi_text;

}  // namespace weir::api
