// pretty_json.hpp: JSON for people: indented by two, short lists and objects on one line.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace weir::gateway {

[[nodiscard]] std::string pretty_json(const boost::json::value& value);

}  // namespace weir::gateway
