#include "api/key_json.hpp"

#include "api/given_key.hpp"
#include "api/json_text.hpp"

#include <vector>

namespace weir::api {

namespace {

void append_list(std::string& out, const std::vector<std::string>& parts) {
  out += '[';
  for (bool first = true; const std::string& part : parts) {
    if (!first) out += ',';
    first = false;
    append_json(out, part);
  }
  out += ']';
}

}  // namespace

void append_key(std::string& out, const std::string& key, bool may_be_list) {
  if (const auto parts = may_be_list ? listed_parts(key) : std::nullopt; parts && parts->size() > 1) {
    append_list(out, *parts);
  } else {
    append_json(out, key);
  }
}

}  // namespace weir::api
