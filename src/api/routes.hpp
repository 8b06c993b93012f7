// routes.hpp: which call stands behind which method and path.
#pragma once

#include "api/call.hpp"

#include <span>
#include <string_view>

namespace weir::api {

struct Route {
  std::string_view method;
  std::string_view path;  // {name} stands for one segment
  Response (*call)(const Call&);
};

[[nodiscard]] std::span<const Route> routes();

}  // namespace weir::api
