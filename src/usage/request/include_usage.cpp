#include "usage/request/include_usage.hpp"

#include <algorithm>
#include <array>

namespace weir::usage {

std::string edited(std::string_view body, const Edit& edit) {
  std::string out;
  out.reserve(body.size() + edit.inserted.size());
  out += body.substr(0, edit.at);
  out += edit.inserted;
  out += body.substr(edit.at + edit.removed);
  return out;
}

bool must_be_asked(Operation operation, std::string_view host) noexcept {
  constexpr std::array<std::string_view, 3> tell_unasked{"api.mistral.ai", "codestral.mistral.ai", "api.perplexity.ai"};
  if (operation != Operation::chat_completions && operation != Operation::completions) return false;
  return std::ranges::find(tell_unasked, host) == tell_unasked.end();
}

std::optional<Edit> IncludeUsage::edit() const noexcept {
  switch (options_) {
    case Options::absent:  // a body that streams has a member behind the bracket: `stream`
      return Edit{body_, 0, R"("stream_options":{"include_usage":true},)"};
    case Options::null:
      return Edit{at_, end_ - at_, R"({"include_usage":true})"};
    case Options::empty:
      return Edit{at_, 0, R"("include_usage":true)"};
    case Options::others:
      return Edit{at_, 0, R"("include_usage":true,)"};
    case Options::does_not_ask:
      return Edit{at_, end_ - at_, "true"};
    case Options::asks:
    case Options::unknown:
      break;
  }
  return std::nullopt;
}

}  // namespace weir::usage
