// owned_key.hpp: a key that is kept.
#pragma once

#include <weir/key.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace weir::store {

struct OwnedKey {
  std::string text;
  std::optional<std::uint64_t> number;
  explicit OwnedKey(Key key) : text(key.text()) {
    if (key.is_number()) number = key.number();
  }
  [[nodiscard]] Key view() const { return number ? Key(*number) : Key(text); }
  friend bool operator==(const OwnedKey&, const OwnedKey&) = default;
};

}  // namespace weir::store
