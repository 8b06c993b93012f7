// model_facts.hpp: what a request asks of a model, as limits look at it.
#pragma once

#include "usage/price/hold.hpp"
#include "usage/protocol.hpp"

#include <string>

namespace weir::gateway {

struct ModelFacts {
  std::string model;  // empty when the request names none
  usage::Asked asked;
  usage::Protocol protocol = usage::Protocol::automatic;  // whose words the caller understands
};

}  // namespace weir::gateway
