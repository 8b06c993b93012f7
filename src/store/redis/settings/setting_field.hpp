// setting_field.hpp: a setting's scope and name as one text, "SCOPE NAME": what the shared keys hold. `%`, space and
// bytes that do not print are percent-encoded in SCOPE; NAME is as it is.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace weir::store::redis {

// With the space that ends it: what all fields of a scope start with.
[[nodiscard]] std::string scope_start(std::string_view scope);

[[nodiscard]] inline std::string setting_field(std::string_view scope, std::string_view name) {
  return scope_start(scope).append(name);
}

}  // namespace weir::store::redis
