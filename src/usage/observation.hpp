// observation.hpp: what is known of an answer so far.
#pragma once

#include <cstdint>
#include <string_view>

#include "usage/counts.hpp"
#include "usage/dialect.hpp"
#include "usage/text.hpp"

namespace weir::usage {

struct Observation {
  Counts counts;             // the last that the provider told
  bool input_known = false;  // it told them, or a total
  bool output_known = false;
  bool final = false;     // they hold the whole answer: it has ended as its protocol ends, and no text came after them
  bool finished = false;  // the answer says that it is at its end, with counts or without
  bool last_event = false;  // nothing follows: `[DONE]`, message_stop, ...
  bool error = false;       // the provider told of an error, maybe in mid-stream
  bool odd = false;         // a count was refused: negative, a fraction, absurd, no number
  bool broken = false;      // something could not be read
  bool truncated = false;   // the body ended inside an event
  Text text;                // that the model wrote, reasoning and calls of tools included, as far as it is shown
  Text uncounted;           // of it, what came after the last count of the output
  Dialect dialect = Dialect::unknown;
  std::string_view model;  // as the answer names it, at most 64 bytes; both live as long as the reader
  std::string_view id;

  // The first content was seen: the time to first token is over.
  [[nodiscard]] bool content_seen() const noexcept { return text.characters() != 0; }
  // What the provider has not counted yet is estimated by its length.
  [[nodiscard]] std::uint64_t output_so_far() const noexcept { return counts.output + estimated_tokens(uncounted); }
};

}  // namespace weir::usage
