#include "transcripts.hpp"

#include <array>
#include <cstdlib>

#include "event_stream/frames.hpp"
#include "transcripts_others.hpp"

namespace weir::usage {

std::string bedrock_frame(std::string_view event_type, std::string_view payload) {
  const std::array headers{event_stream::Header{":event-type", event_type},
                           event_stream::Header{":content-type", std::string_view("application/json")},
                           event_stream::Header{":message-type", std::string_view("event")}};
  std::string frame;
  if (!event_stream::append_frame(frame, headers, payload)) std::abort();
  return frame;
}

const std::vector<Transcript>& transcripts() {
  static const std::vector<Transcript> all = [] {
    std::vector<Transcript> joined;
    for (auto* part :
         {openai_transcripts, anthropic_transcripts, gemini_transcripts, cloud_transcripts, other_transcripts}) {
      for (Transcript& each : part()) joined.push_back(std::move(each));
    }
    return joined;
  }();
  return all;
}

}  // namespace weir::usage
