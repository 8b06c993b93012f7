#include "limiter/last_answers.hpp"

#include <algorithm>

namespace weir::limiter {

LastAnswers::LastAnswers(std::size_t entries) : slots_(std::max<std::size_t>(1, entries)) {}

void LastAnswers::note(std::uint64_t counter, Key key, const LastAnswer& answer) {
  slots_.allocate();
  slots_.place_of(key, counter).keep(answer);
}

std::optional<LastAnswer> LastAnswers::find(std::uint64_t counter, Key key) {
  if (!slots_.used()) return std::nullopt;
  auto place = slots_.place_of(key, counter);
  const LastAnswer* const answer = place.find();
  return answer != nullptr ? std::optional(*answer) : std::nullopt;
}

std::optional<LastAnswer> LastAnswers::begin(std::uint64_t counter, Key key) {
  if (!slots_.used()) return std::nullopt;
  auto place = slots_.place_of(key, counter);
  LastAnswer* const answer = place.find();
  if (answer == nullptr) return std::nullopt;
  const LastAnswer found = *answer;
  answer->begun = true;
  return found;
}

void LastAnswers::forget(std::uint64_t counter, Key key) {
  if (slots_.used()) slots_.place_of(key, counter).forget();
}

void LastAnswers::forget_all() { slots_.forget_all(); }

}  // namespace weir::limiter
