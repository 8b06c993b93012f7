// key_source.hpp: whom a limit counts, read out of a request.
//
// A part of a key is missing when the request does not have it or its value is empty. A key of several parts is the
// JSON list of them, so that ("a", "b,c") and ("a,b", "c") are two keys.
#pragma once

#include "config/config.hpp"
#include "gateway/request.hpp"

#include <memory_resource>
#include <span>
#include <string>
#include <string_view>

namespace weir::gateway {

// What one part says in this request; empty when it is missing. The view lives as long as `memory`, the request's
// headers and the source. Takes time linear in the size of what it looks at.
[[nodiscard]] std::string_view part_of_key(const config::KeySource& source, const Request& request,
                                           std::string_view route, std::pmr::memory_resource& memory);

// The whole key, or the part that is missing. An absent header, path or the like costs no allocation, nor does a key of
// one part that stands in the request as it is.
struct KeyText {
  std::string_view text;
  const config::KeySource* missing = nullptr;
};
[[nodiscard]] KeyText key_text(std::span<const config::KeySource> parts, const Request& request, std::string_view route,
                               std::pmr::memory_resource& memory);

// As a person says it: `header x-user-id`.
[[nodiscard]] std::string describe(const config::KeySource& source);

}  // namespace weir::gateway
