// question.hpp: what a call asks, in 40 hex digits: an id that comes again with another question is a conflict.
#pragma once

#include "store/store.hpp"

#include <span>
#include <string>

namespace weir::store::redis::upstash {

[[nodiscard]] std::string question_of(std::span<const Check> checks);

}  // namespace weir::store::redis::upstash
