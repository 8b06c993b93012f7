// options.hpp: how much of @upstash/ratelimit a deployment shares.
#pragma once

#include <string>

namespace weir::store::redis {

struct UpstashOptions {
  bool dynamic_limits = true;       // every decision reads PREFIX:dynamic:global
  bool deny_list = true;            // every decision asks PREFIX:denyList:all for the key
  bool cluster = false;             // then neither: those keys lie in slots of their own
  bool regions = false;             // one of several: requests are kept one by one; no dynamic limit, no cluster
  std::string name_space = "weir";  // of the records that remember a call's id
};

}  // namespace weir::store::redis
