// members.hpp: the members of an answer's object, read in one pass; what they mean together is for answer.cpp to say.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/answer/answer.hpp"
#include "lambda/text/json_cursor.hpp"

namespace weir::lambda {

struct Members {
  bool has_status = false;
  int status = 0;
  Fields headers;        // of `headers`
  Fields multi_headers;  // of `multiValueHeaders`
  std::vector<std::string> cookies;
  std::optional<JsonString> body;  // a view of the JSON
  bool is_base64 = false;
  std::optional<Malformed> wrong;  // a member of a wrong type
};

// Nothing when this is no JSON object. A name that appears twice counts as it was written last.
[[nodiscard]] std::optional<Members> read_members(std::string_view json);

}  // namespace weir::lambda
