// reading.hpp: the counts of one answer under the names that providers give them, and what they come to in Weir's
// terms.
//
// Providers repeat counts that grow, so a later one replaces an earlier one and nothing is ever added; 0 or a missing
// one never clears what was known. Which names are parts of others and which come on top tells the provider apart, so
// that one set of fields serves all.
#pragma once

#include <array>
#include <cstdint>

#include "usage/counts.hpp"

namespace weir::usage {

// What a number or a word in an answer means.
enum class Field : std::uint8_t {
  prompt,  // input, cache counts are part of it
  input,   // input; cache_read and cache_creation come on top, cached is part
  output,  // thoughts come on top, reasoning is part
  total,
  cached,          // part of prompt or input
  cache_read,      // on top of input
  cache_creation,  // on top of input
  reasoning,       // part of output
  thoughts,        // on top of output
  tool_prompt,     // on top of prompt
  billed_input,    // only when nothing better is told
  billed_output,
  // What is no count:
  content,  // text of the answer
  model,
  id,
  finish_reason,
  event,  // the kind of an event, by a word
  is_done,
  error,
};
inline constexpr std::size_t count_fields = static_cast<std::size_t>(Field::content);

class Reading {
 public:
  // At most json::max_count.
  void set(Field field, std::uint64_t count) noexcept {
    const auto at = static_cast<std::size_t>(field);
    if (count != 0) values_[at] = static_cast<std::uint32_t>(count);
    known_ |= static_cast<std::uint16_t>(1U << at);
  }
  [[nodiscard]] std::uint64_t value(Field field) const noexcept { return values_[static_cast<std::size_t>(field)]; }
  [[nodiscard]] bool known(Field field) const noexcept { return (known_ >> static_cast<unsigned>(field) & 1U) != 0; }

  [[nodiscard]] bool any() const noexcept { return known_ != 0; }
  [[nodiscard]] bool input_known() const noexcept;   // or a total, which counts as input
  [[nodiscard]] bool output_known() const noexcept;  // or a total, which holds it
  [[nodiscard]] bool input_apart() const noexcept;   // by itself, not in a total
  [[nodiscard]] Counts counts() const noexcept;

 private:
  std::array<std::uint32_t, count_fields> values_{};
  std::uint16_t known_ = 0;
};

}  // namespace weir::usage
