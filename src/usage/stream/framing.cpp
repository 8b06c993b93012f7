#include "usage/stream/framing.hpp"

#include <algorithm>
#include <array>

namespace weir::usage::stream {
namespace {

struct Declared {
  std::string_view part;  // of a content type, lower case
  Framing framing;
};
constexpr std::array declared{
    Declared{"vnd.amazon.eventstream", Framing::frames},
    Declared{"event-stream", Framing::events},
    Declared{"ndjson", Framing::lines},
    Declared{"jsonl", Framing::lines},
    Declared{"json-lines", Framing::lines},
    Declared{"stream+json", Framing::lines},
    Declared{"json", Framing::documents},
    Declared{"audio/", Framing::nothing},
    Declared{"image/", Framing::nothing},
    Declared{"video/", Framing::nothing},
};

constexpr char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

constexpr std::string_view ignored = " \t\r\n\xEF\xBB\xBF";

}  // namespace

Sniffer::Sniffer(std::string_view content_type) noexcept {
  for (const Declared& each : declared) {
    if (!std::ranges::search(content_type, each.part, {}, lower).empty()) {
      declared_ = each.framing;
      return;
    }
  }
}

Framing Sniffer::sniff(std::string_view& bytes) noexcept {
  if (declared_ == Framing::nothing || declared_ == Framing::frames) return declared_;
  bytes.remove_prefix(std::min(bytes.find_first_not_of(ignored), bytes.size()));
  if (bytes.empty()) return Framing::unknown;
  const char first = bytes.front();
  if (first == '{' || first == '[') return declared_ == Framing::lines ? Framing::lines : Framing::documents;
  if (first == '\0') return Framing::frames;
  return declared_ == Framing::lines ? Framing::lines : Framing::events;
}

}  // namespace weir::usage::stream
