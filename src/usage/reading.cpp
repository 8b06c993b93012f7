#include "usage/reading.hpp"

#include <algorithm>

namespace weir::usage {

bool Reading::input_apart() const noexcept {
  return known(Field::prompt) || known(Field::input) || known(Field::billed_input);
}

bool Reading::input_known() const noexcept { return input_apart() || known(Field::total); }

bool Reading::output_known() const noexcept {
  return known(Field::output) || known(Field::thoughts) || known(Field::billed_output) || known(Field::total);
}

Counts Reading::counts() const noexcept {
  Counts counts;
  const std::uint64_t read = value(Field::cache_read);
  const std::uint64_t written = value(Field::cache_creation);
  if (known(Field::prompt)) {
    counts.input = value(Field::prompt) + value(Field::tool_prompt);
    counts.cached_input = std::max(value(Field::cached), read);
  } else {
    counts.input = (known(Field::input) ? value(Field::input) : value(Field::billed_input)) + read + written;
    counts.cached_input = value(Field::cached) + read;
  }
  counts.output = (known(Field::output) ? value(Field::output) : value(Field::billed_output)) + value(Field::thoughts);

  // A total tells the one that is missing.
  const bool any_input = counts.input != 0;
  const std::uint64_t rest = value(Field::total) - std::min(value(Field::total), counts.total());
  if (!any_input) {
    counts.input = rest;
  } else if (counts.output == 0) {
    counts.output = rest;
  }
  counts.cached_input = std::min(counts.cached_input, counts.input);
  counts.cache_write = std::min(written, counts.input - counts.cached_input);
  counts.reasoning = std::min(value(Field::reasoning) + value(Field::thoughts), counts.output);
  return counts;
}

}  // namespace weir::usage
