// Any bytes as a streamed answer, and as what its frames carry: told the same however they are cut, ended only when
// whole.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "event_stream/frames.hpp"
#include "lambda/answer/streamed.hpp"

namespace {

using weir::lambda::Outcome;
using weir::lambda::StreamedAnswer;
using Next = StreamedAnswer::Next;

void require(bool condition) {
  if (!condition) std::abort();
}

// status: body . or, when it is broken, ! and how
std::string told(std::string_view bytes, std::string_view type, std::size_t piece) {
  StreamedAnswer answer(type, "GET");
  std::string text;
  bool head = false;
  bool ended = false;
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    Next next{};
    while ((next = answer.next(part)) != Next::starved) {
      if (next == Next::broken) break;
      require(!ended);
      if (next == Next::head) {
        require(!head && answer.head().status >= 200 && answer.head().status <= 599);
        head = true;
        text += std::to_string(answer.head().status) + ":";
        for (const auto& [name, value] : answer.head().headers) {
          require(weir::lambda::is_field_name(name) && weir::lambda::is_field_value(value));
        }
      }
      if (next == Next::body) {
        require(head && !answer.body().empty());
        text += answer.body();
      }
      if (next == Next::end) {
        require(head);
        ended = true;
      }
    }
    if (next == Next::broken) break;
    require(part.empty());
  }
  require((answer.finish() == Next::end) == ended);
  require(ended == (answer.outcome() == Outcome::ok));
  return text + (ended ? "." : "!" + std::string(weir::lambda::name_of(answer.outcome())));
}

void check(std::string_view bytes) {
  for (const std::string_view type : {weir::lambda::http_integration_type, std::string_view("text/plain")}) {
    const std::string whole = told(bytes, type, bytes.size() + 1);
    require(told(bytes, type, 1) == whole);
    require(told(bytes, type, 13) == whole);
  }
}

std::string event(std::string_view type, std::string_view payload) {
  const weir::event_stream::Header headers[] = {{":message-type", std::string_view("event")}, {":event-type", type}};
  std::string frame;
  require(weir::event_stream::append_frame(frame, headers, payload));
  return frame;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);

  // In frames, the first line being the head and the last the completion, all is passed on as it is.
  const std::size_t begin = std::min(bytes.find('\n'), bytes.size());
  const std::string_view head = bytes.substr(0, begin);
  const std::string_view body = bytes.substr(begin);
  const std::string prelude = std::string(head) + std::string(8, '\0');
  const std::string stream =
      event("PayloadChunk", prelude) + event("PayloadChunk", body) + event("InvokeComplete", "{}");
  check(stream);
  check(event("PayloadChunk", head) + event("InvokeComplete", body));
  require(told(event("PayloadChunk", bytes) + event("InvokeComplete", "{}"), "text/plain", 11) ==
          "200:" + std::string(bytes) + ".");
  if (prelude.find(std::string(8, '\0')) == head.size() && prelude.size() <= StreamedAnswer::max_prelude) {
    const auto expected = weir::lambda::unwrap_prelude(head);
    const std::string seen = told(stream, weir::lambda::http_integration_type, 11);
    if (expected && weir::lambda::has_body("GET", expected->status)) {
      require(seen == std::to_string(expected->status) + ":" + std::string(body) + ".");
    }
    if (!expected) require(seen == "!malformed");
  }
  return 0;
}
