// answer.hpp: the API as one function.
#pragma once

#include "api/access.hpp"
#include "api/request.hpp"
#include "api/service.hpp"

namespace weir::api {

// Decides, changes and tells what the request asks for. Never throws but for want of memory; a body above max_body is
// refused. Blocks as long as the store does: the memory store not at all.
[[nodiscard]] Response answer(const Service& service, const Request& request);

// The same for whoever `access` lets in.
[[nodiscard]] Response answer(const Service& service, const Access& access, const Request& request);

}  // namespace weir::api
