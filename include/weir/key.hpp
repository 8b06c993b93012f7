// key.hpp: whom a limit counts. A key is data: any byte, any length.
#pragma once

#include <weir/export.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// A view of a key: text, or a whole number. Numbers are a key space of their own: 42 is not "42". A temporary of
// this type is what functions take; it must not outlive the text it was made from.
class Key {
 public:
  // NOLINTBEGIN(google-explicit-constructor): a key is written as it is, `limiter.limit("user:42")`.
  constexpr Key(std::string_view text) : data_(text.data()), word_(text.size()) {}
  constexpr Key(const char* text) : Key(std::string_view(text)) {}
  Key(const std::string& text) : Key(std::string_view(text)) {}
  template <std::integral Number>
  constexpr Key(Number number) : data_(&numbers), word_(static_cast<std::uint64_t>(number)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] constexpr bool is_number() const { return data_ == &numbers; }
  [[nodiscard]] constexpr std::uint64_t number() const { return word_; }  // when is_number()
  [[nodiscard]] constexpr std::string_view text() const {
    return is_number() ? std::string_view{} : std::string_view{data_, word_};
  }

 private:
  WEIR_API static const char numbers;  // where a number's text would be; two words travel in registers, three do not

  const char* data_;
  std::uint64_t word_;  // the text's length, or the number
};

}  // namespace weir
