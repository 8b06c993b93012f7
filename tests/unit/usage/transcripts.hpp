// transcripts.hpp: answers of every provider as they come over the wire, shortened, and what they must be counted as.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "usage/counts.hpp"
#include "usage/dialect.hpp"
#include "usage/protocol.hpp"

namespace weir::usage {

struct Transcript {
  std::string name;
  Protocol protocol;
  std::string_view content_type;
  std::string body;  // lines end in LF
  Counts counts;
  Dialect dialect;
  std::uint64_t characters = 0;  // of the answer's text
  std::string_view model = "";
  bool named_only = false;  // `auto` cannot know it
};

inline std::ostream& operator<<(std::ostream& out, const Transcript& transcript) { return out << transcript.name; }

inline std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << "{input " << counts.input << ", output " << counts.output << ", cached " << counts.cached_input
             << ", written " << counts.cache_write << ", reasoning " << counts.reasoning << "}";
}

// One AWS event stream frame of Bedrock.
std::string bedrock_frame(std::string_view event_type, std::string_view payload);
// One of its InvokeModelWithResponseStream, with an event of the model's family inside.
std::string bedrock_chunk(std::string_view event);

const std::vector<Transcript>& transcripts();

}  // namespace weir::usage
