// module.cpp: which part of the module stands behind which name in Envoy's configuration.

#include "gateway/admin_filter.hpp"
#include "gateway/edge.hpp"
#include "gateway/extension.hpp"
#include "gateway/lambda/attempt_filter.hpp"
#include "gateway/lambda/call_filter.hpp"
#include "gateway/limits_filter.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace weir::gateway {

namespace {

[[noreturn]] void unknown(std::string_view what, std::string_view name) {
  throw std::runtime_error("no " + std::string(what) + " is named '" + std::string(name) + "'");
}

}  // namespace

std::unique_ptr<FilterConfig> make_filter_config(std::string_view name, std::string_view) {
  if (name == limits_filter_name) return make_limits_filter();
  if (name == admin_filter_name) return make_admin_filter();
  if (name == call_filter_name) return make_call_filter();
  if (name == attempt_filter_name) return make_attempt_filter();
  unknown("filter", name);
}

std::unique_ptr<RouteConfig> make_route_config(std::string_view name, std::string_view config) {
  if (name == limits_filter_name) return make_limits_of_route(config);
  if (name == call_filter_name) return make_lambda_of_route(config);
  unknown("filter", name);
}

std::unique_ptr<BootstrapExtension> make_bootstrap_extension(std::string_view name, std::string_view config,
                                                             ExtensionHost host) {
  if (name == extension_name) return make_weir_extension(config, host);
  unknown("bootstrap extension", name);
}

}  // namespace weir::gateway
