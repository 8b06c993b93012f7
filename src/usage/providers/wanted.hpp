// wanted.hpp: a row of a provider's table: where in its JSON something stands, and what it means.
#pragma once

#include <string_view>

#include "usage/dialect.hpp"
#include "usage/json/paths.hpp"
#include "usage/reading.hpp"

namespace weir::usage::providers {

struct Wanted {
  std::string_view path;
  Field field;
  Dialect tells = Dialect::unknown;  // whose answer it is, when the path alone says so
};

constexpr json::Take take_of(Field field) noexcept {
  switch (field) {
    case Field::content:
      return json::Take::length;
    case Field::model:
    case Field::id:
    case Field::finish_reason:
    case Field::event:
      return json::Take::text;
    case Field::is_done:
    case Field::error:
      return json::Take::kind;
    default:
      return json::Take::number;
  }
}

}  // namespace weir::usage::providers
