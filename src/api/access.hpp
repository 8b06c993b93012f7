// access.hpp: who may use the API.
//
// With a token: whoever sends it (`Authorization: Bearer TOKEN`), but for a few open pages. Without one the listener is
// on a loopback address, and what is kept out is a web page in the operator's browser: one whose own name was made to
// point at 127.0.0.1 (DNS rebinding) sends that name as Host; one of another site sends its Origin or Sec-Fetch-Site.
#pragma once

#include "api/request.hpp"
#include "api/sha256.hpp"

#include <optional>

namespace weir::api {

struct Access {
  std::optional<Digest> token;  // its SHA-256; none: anyone on this machine
};

// The answer to a request that may not come in; none: it may. Says nothing of what there is behind the door.
[[nodiscard]] std::optional<Response> keep_out(const Access& access, const Request& request);

}  // namespace weir::api
