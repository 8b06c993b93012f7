// settings_route.cpp: what the module must know of a route.
#include "gateway/settings.hpp"
#include "gateway/settings_json.hpp"

#include <boost/json/parse.hpp>

namespace weir::gateway {

namespace json = boost::json;
using std::chrono::nanoseconds;

json::value route_settings_json(const config::Route& route, const config::Upstream& upstream) {
  json::object object{{"route", route_name(route)},
                      {"upstream", route.upstream},
                      {"limits", list(route.limits, [](const auto& names) {
                         return list(names, [](const std::string& name) { return json::value(name); });
                       })}};
  if (upstream.model) object["model"] = write_model({.model = *upstream.model, .host = upstream.host});
  return object;
}

RouteSettings read_route_settings(std::string_view text) {
  const json::value object = json::parse(json::string_view(text.data(), text.size()));
  RouteSettings route;
  read(object, "route", route.name);
  read(object, "upstream", route.upstream);
  read_list(object, "limits", route.limits, [](const json::value& names) {
    std::vector<std::string> one;
    for (const json::value& name : names.as_array()) one.push_back(text_of(name));
    if (one.empty()) throw std::runtime_error("settings: an empty list of limits");
    return one;
  });
  if (const auto* model = member(object, "model")) route.model = read_model(*model);
  return route;
}

std::string route_name(const config::Route& route) {
  std::string name;
  for (const std::string& method : route.methods) name.append(name.empty() ? "" : "|").append(method);
  if (!name.empty()) name += ' ';
  name.append(route.host).append(route.path);
  if (route.below) name += "/*";
  return name;
}

}  // namespace weir::gateway
