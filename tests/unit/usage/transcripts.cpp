#include "transcripts.hpp"

#include <array>
#include <cstdlib>

#include "event_stream/frames.hpp"
#include "transcripts_invoked.hpp"
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

std::string bedrock_chunk(std::string_view event) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < event.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (at + i < event.size() ? static_cast<unsigned char>(event[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) text += at + i <= event.size() ? alphabet[group >> (18 - 6 * i) & 63U] : '=';
  }
  return bedrock_frame("chunk", R"({"bytes":")" + text + R"(","p":"abcdefghij"})");
}

const std::vector<Transcript>& transcripts() {
  static const std::vector<Transcript> all = [] {
    std::vector<Transcript> joined;
    for (auto* part : {openai_transcripts, anthropic_transcripts, gemini_transcripts, cloud_transcripts,
                       invoked_transcripts, other_transcripts}) {
      for (Transcript& each : part()) joined.push_back(std::move(each));
    }
    return joined;
  }();
  return all;
}

}  // namespace weir::usage
