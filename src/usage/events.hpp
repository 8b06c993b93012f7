// events.hpp: what the word in `type` (Anthropic, Responses, Cohere) or `event` (Dify) of an event says about its
// stream.
#pragma once

#include <cstdint>
#include <string_view>

#include "usage/dialect.hpp"

namespace weir::usage {

struct Event {
  Dialect tells = Dialect::unknown;
  bool last = false;  // nothing but its end follows
  bool error = false;
};

[[nodiscard]] Event event_of(std::string_view word) noexcept;

}  // namespace weir::usage
