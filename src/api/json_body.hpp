// json_body.hpp: a request's body as JSON, read strictly and within bounds.
#pragma once

#include "api/problem.hpp"
#include "api/request.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::api {

struct Json {
  enum class Kind : std::uint8_t { null, boolean, number, text, list, object };
  Kind kind = Kind::null;
  std::string text{};                   // of a text
  std::optional<std::int64_t> whole{};  // of a number, when it is a whole one that 64 bits hold; 1.0 and 1e3 are whole
  std::vector<Json> items{};
  std::vector<std::pair<std::string, Json>> members{};  // each name once
};

enum class Bytes : std::uint8_t { utf8, any };  // what texts are made of

// 400 when it is no JSON, names a member twice, or nests or goes on beyond all that a call needs. O(size).
[[nodiscard]] Result<Json> read_json(std::string_view text, Bytes bytes = Bytes::utf8);

// The body as an object: 413 above max_body, 415 when it is called something else than application/json. Clients that
// are no browser may call it nothing, or what curl -d calls everything (application/x-www-form-urlencoded).
[[nodiscard]] Result<Json> read_object(const Request& request);
// The same where no body at all stands for an empty object.
[[nodiscard]] Result<Json> read_optional_object(const Request& request);

// Null when there is none.
[[nodiscard]] const Json* member(const Json& object, std::string_view name);

// 400 that names the first member that is not among these.
[[nodiscard]] Result<void> only_members(const Json& object, std::initializer_list<std::string_view> names);

// 400 when it is no text.
[[nodiscard]] Result<std::string_view> text_of(const Json& value, std::string_view name);
// 400 when it is no number, 422 when it is none of the whole ones from `least` to `most`.
[[nodiscard]] Result<std::int64_t> whole_of(const Json& value, std::string_view name, std::int64_t least,
                                            std::int64_t most);
// 400 when it is no text or the text no duration, 422 when it is not above 0 or above `most`.
[[nodiscard]] Result<std::chrono::nanoseconds> duration_of(const Json& value, std::string_view name,
                                                           std::chrono::nanoseconds most);

}  // namespace weir::api
