#include "config/route_cover.hpp"

#include <algorithm>
#include <string_view>

namespace weir::config {
namespace {

template <class List, class Item>
bool contains(const List& list, const Item& item) {
  return std::ranges::find(list, item) != list.end();
}

// `*.example.com` stands for every name below example.com.
bool covers_host(std::string_view wide, std::string_view narrow) {
  if (wide.empty() || wide == narrow) return true;
  return wide.starts_with("*.") && narrow.ends_with(wide.substr(1));
}

}  // namespace

bool covers_path(const Route& wide, const Route& narrow) {
  const std::string_view path = narrow.path;
  if (!wide.below) return !narrow.below && path == wide.path;
  if (!path.starts_with(wide.path)) return false;
  return path.size() == wide.path.size() || path[wide.path.size()] == '/';
}

bool covers(const Route& wide, const Route& narrow) {
  if (!covers_path(wide, narrow) || !covers_host(wide.host, narrow.host)) return false;
  const auto& methods = narrow.methods;
  if (!wide.methods.empty() && (methods.empty() || !std::ranges::all_of(methods, [&](const auto& method) {
                                  return contains(wide.methods, method);
                                }))) {
    return false;
  }
  return std::ranges::all_of(wide.headers, [&](const auto& header) { return contains(narrow.headers, header); });
}

}  // namespace weir::config
