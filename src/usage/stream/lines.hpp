// lines.hpp: a line at a time (NDJSON, JSON Lines), however they end.
#pragma once

#include <string_view>

#include "usage/json/bytes.hpp"

namespace weir::usage::stream {

// Events has data(string_view piece), as often as there are some, and end() after each line; an empty line is one, too.
template <class Events>
void split_lines(std::string_view bytes, Events& events) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    const char* const stop = json::line_end(at, end);
    if (stop != at) events.data({at, static_cast<std::size_t>(stop - at)});
    if (stop == end) return;
    events.end();
    at = stop + 1;
  }
}

}  // namespace weir::usage::stream
