// key_json.hpp: a key as JSON tells it.
#pragma once

#include <string>

namespace weir::api {

// A key of several parts (`may_be_list`) is a list of texts, any other one a text.
void append_key(std::string& out, const std::string& key, bool may_be_list);

}  // namespace weir::api
