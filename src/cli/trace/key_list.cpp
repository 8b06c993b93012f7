#include "cli/trace/key_list.hpp"

#include "limiter/composite_key.hpp"

#include <span>

namespace weir::cli::trace {

namespace {

constexpr std::size_t most_parts = 64;

}  // namespace

std::expected<void, std::string_view> KeyList::read(JsonText& json) {
  using Wrong = std::unexpected<std::string_view>;
  parts_ = 0;
  decoded_.resize(most_parts);
  views_.clear();
  if (!json.take('[')) return Wrong("a list in [] is expected");
  do {
    if (parts_ == most_parts) return Wrong("a key has more than 64 parts");
    if (json.peek() != '"') return Wrong("a part of a key is no text in quotes");
    const auto part = json.string(decoded_[parts_]);
    if (!part) return Wrong(part.error());
    if (part->empty()) return Wrong("a part of a key is empty");
    views_.push_back(*part);
    ++parts_;
  } while (json.take(','));
  if (!json.take(']')) return Wrong("a comma or a closing bracket is missing");
  text_.clear();
  limiter::append_composite_key(text_, std::span(views_));
  return {};
}

std::expected<void, std::string_view> KeyList::read_all(std::string_view text) {
  JsonText json(text);
  if (auto list = read(json); !list) return list;
  if (!json.at_end()) return std::unexpected("something follows the list");
  return {};
}

}  // namespace weir::cli::trace
