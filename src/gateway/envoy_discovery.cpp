#include "gateway/envoy_discovery.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <string_view>
#include <utility>

namespace weir::gateway {

namespace json = boost::json;

namespace {

// FNV-1a, 64 bits: two versions of one file meet once in 2^64.
std::string digest(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  std::string digits;
  for (int shift = 60; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 0xF];
  return digits;
}

}  // namespace

json::value config_source(const std::string& folder, const char* file) {
  return json::object{{"path_config_source", json::object{{"path", folder + "/" + file}}},
                      {"resource_api_version", "V3"}};
}

Discovery discovery(const char* type, json::array parts) {
  for (json::value& part : parts) part.as_object()["@type"] = type;
  const std::string resources = json::serialize(parts);
  Discovery made{.version = digest(resources), .text = {}};
  made.text.append(R"({"version_info":")").append(made.version).append(R"(","resources":)");
  made.text.append(resources).append("}\n");
  return made;
}

}  // namespace weir::gateway
