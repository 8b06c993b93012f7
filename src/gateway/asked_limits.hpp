// asked_limits.hpp: which limits of a route apply to a request, whom each counts, and what the request costs there.
//
// A limit applies when all its conditions (`when`) hold, no part of its key is missing (or a missing one is an error)
// and the key is one of `only`. Of a list in the route the first that applies is asked, alone.
#pragma once

#include "gateway/refusal.hpp"
#include "gateway/request.hpp"
#include "gateway/route_limits.hpp"

#include <weir/limiter.hpp>

#include <boost/container/small_vector.hpp>

#include <memory>
#include <memory_resource>

namespace weir::gateway {

// Limits of one request, in the route's order; so many need no allocation.
template <class Item>
using PerLimit = boost::container::small_vector<Item, 4>;

struct AskedLimits {
  PerLimit<const EnforcedLimit*> limits;
  PerLimit<Check> checks;              // one a limit; keys live as long as the request's headers and `memory`
  bool holds = false;                  // one of them is settled later
  std::unique_ptr<Refusal> malformed;  // the request can't be decided at all: 400, 422, or 429 for good
  const ModelFacts* model = nullptr;   // the request's; lives as long as its stream
};

// A shadow limit never refuses: what it can't read does not concern it.
[[nodiscard]] AskedLimits asked_limits(const Request& request, const RouteLimits& route,
                                       std::pmr::memory_resource& memory);

}  // namespace weir::gateway
