// call.hpp: one line of a trace: who asked when, for how much, of which limit.
//
// trace/ reads traces, in the order of this list:
//   input        bytes to lines, in blocks
//   time         Unix seconds and RFC 3339
//   json_text    JSON values as they stand in a line
//   csv, json    a line to a Call, in either format
//   reader       a whole trace: which format it is, and where what is wrong
#pragma once

#include <weir/decision.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::cli::trace {

// Its texts are views that hold until the next line is read.
struct Call {
  Instant time{};
  std::string_view key;              // as plain text; of a list, the text a limiter knows it by
  int parts = 0;                     // of a key that was written as a list; 0: it was text
  std::optional<std::int64_t> cost;  // |cost| < 2^53
  std::string_view limit;            // empty: not named
};

}  // namespace weir::cli::trace
