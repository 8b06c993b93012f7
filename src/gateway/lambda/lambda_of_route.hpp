// lambda_of_route.hpp: a function as Envoy read it with a route.
#pragma once

#include "gateway/edge.hpp"
#include "gateway/lambda/functions.hpp"
#include "gateway/settings.hpp"

#include <memory>
#include <string>

namespace weir::gateway {

struct LambdaOfRoute final : RouteConfig {
  LambdaOfRoute(LambdaRoute settings, std::shared_ptr<Function> shared)
      : route(std::make_shared<const LambdaRoute>(std::move(settings))),
        function(std::move(shared)),
        path(invoke_path(route->lambda.function, route->lambda.invoke)),
        headers(invoke_headers(route->lambda.invoke)) {}

  const std::shared_ptr<const LambdaRoute> route;
  const std::shared_ptr<Function> function;
  const std::string path;  // of its invokes
  const lambda::Fields headers;
};

}  // namespace weir::gateway
