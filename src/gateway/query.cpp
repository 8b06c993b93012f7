#include "gateway/query.hpp"

#include "gateway/percent.hpp"

#include <algorithm>

namespace weir::gateway {

std::string_view path_without_query(std::string_view path) { return path.substr(0, path.find_first_of("?#")); }

std::string_view query_of(std::string_view path) {
  path = path.substr(0, path.find('#'));
  const auto mark = path.find('?');
  return mark == std::string_view::npos ? std::string_view{} : path.substr(mark + 1);
}

std::string_view query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const auto equals = parameter.find('=');
    if (equals != std::string_view::npos && equals + 1 < parameter.size() &&
        decodes_to(parameter.substr(0, equals), name)) {
      return parameter.substr(equals + 1);
    }
  }
  return {};
}

}  // namespace weir::gateway
