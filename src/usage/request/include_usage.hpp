// include_usage.hpp: how a streaming request is made to ask for its usage, without touching any other byte.
//
// OpenAI's chat tells the usage of a stream only where `stream_options: {"include_usage": true}` asked for it. One edit
// is enough, wherever the body stands on that: a member put in front of the others, a null or a false replaced.
#pragma once

#include "usage/json/strict.hpp"
#include "usage/request/call.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::usage {

// Of the bytes of a body: `removed` of them at `at` go, `inserted` stands in their place.
struct Edit {
  std::uint64_t at = 0;
  std::uint64_t removed = 0;
  std::string_view inserted{};  // lives as long as the program
  friend bool operator==(const Edit&, const Edit&) = default;
};

[[nodiscard]] std::string edited(std::string_view body, const Edit& edit);

// Does a stream of this operation tell its usage only when asked? `host`: the upstream's, without a port; some who
// speak OpenAI's words tell it unasked, and refuse a member that they do not know.
[[nodiscard]] bool must_be_asked(Operation operation, std::string_view host) noexcept;

// What a body says on the matter, told as it is read.
class IncludeUsage {
 public:
  void body_opened(json::Offset behind) noexcept { body_ = behind; }
  void options_null(json::Offset at, json::Offset end) noexcept {
    options_ = Options::null;
    at_ = at;
    end_ = end;
  }
  void options_opened(json::Offset behind) noexcept {
    options_ = Options::empty;
    at_ = behind;
  }
  void options_member() noexcept {
    if (options_ == Options::empty) options_ = Options::others;
  }
  void flag(bool value, json::Offset at, json::Offset end) noexcept {
    options_ = value ? Options::asks : Options::does_not_ask;
    at_ = at;
    end_ = end;
  }
  // A value that means nothing here: the upstream is to refuse it in its own words.
  void something_else() noexcept { options_ = Options::unknown; }

  // Nothing when the body asks already, or says what no edit could mend.
  [[nodiscard]] std::optional<Edit> edit() const noexcept;

 private:
  enum class Options : std::uint8_t { absent, null, empty, others, asks, does_not_ask, unknown };

  Options options_ = Options::absent;
  json::Offset body_ = 0;
  json::Offset at_ = 0;
  json::Offset end_ = 0;
};

}  // namespace weir::usage
