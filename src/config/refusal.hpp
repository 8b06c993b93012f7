// refusal.hpp: why a text is not the value it should be; what the small parsers of this room answer.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace weir::config {

struct Refusal {
  std::string expected;  // `a duration like 250ms, 10s or 1m`; never holds the text itself, which may be a secret
  std::string hint{};    // `did you mean 100/1m?`; may hold the text
};

template <class T>
using Parsed = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(std::string expected, std::string hint = {}) {
  return std::unexpected(Refusal{.expected = std::move(expected), .hint = std::move(hint)});
}

}  // namespace weir::config
