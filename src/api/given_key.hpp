// given_key.hpp: a key as callers write it: a text, or a list of texts for a limit whose key has several parts.
//
// In paths the list is its JSON text, percent-encoded. It is stored as that list (limiter/composite_key.hpp), however
// it was written: blanks and escapes make no difference.
#pragma once

#include "api/json_body.hpp"
#include "api/problem.hpp"
#include "config/config.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::api {

struct GivenKey {
  std::string text;                  // as it is stored
  std::vector<std::string> parts{};  // of a list; else empty: `text` is the one part
};

// 400 when it is neither text nor list of texts, 422 when a part is empty, or when the limit's key has several parts
// and this one has another number of them. (For a limit of one part any list is a key too.)
[[nodiscard]] Result<GivenKey> key_of(const Json& value, const config::Limit& limit);
[[nodiscard]] Result<GivenKey> key_of(std::string text, const config::Limit& limit);

// The parts of a JSON list of texts; none when it is something else.
[[nodiscard]] std::optional<std::vector<std::string>> listed_parts(std::string_view text);

}  // namespace weir::api
