#include "gateway/pretty_json.hpp"

#include <boost/json/serialize.hpp>

#include <cstddef>

namespace weir::gateway {

namespace {

namespace json = boost::json;

constexpr std::size_t line_width = 110;

void print(const json::value& value, std::size_t indent, std::string& out) {
  const std::string compact = json::serialize(value);
  const bool short_enough = indent + compact.size() <= line_width;
  const std::string inner(indent + 2, ' ');
  const char* separator = "\n";
  if (const auto* object = value.if_object(); object != nullptr && (!short_enough || object->size() > 2)) {
    out += '{';
    for (const auto& [name, member] : *object) {
      out.append(separator).append(inner).append(json::serialize(json::value(name))).append(": ");
      print(member, indent + 2, out);
      separator = ",\n";
    }
    out.append("\n").append(indent, ' ').append("}");
  } else if (const auto* array = value.if_array(); array != nullptr && !short_enough) {
    out += '[';
    for (const json::value& item : *array) {
      out.append(separator).append(inner);
      print(item, indent + 2, out);
      separator = ",\n";
    }
    out.append("\n").append(indent, ' ').append("]");
  } else {
    out += compact;
  }
}

}  // namespace

std::string pretty_json(const json::value& value) {
  std::string out;
  print(value, 0, out);
  return out;
}

}  // namespace weir::gateway
