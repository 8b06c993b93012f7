#include "limiter/decide_now.hpp"

#include <array>
#include <cstdint>

namespace weir::limiter {

void ask_now(Joint& joint, const Question& question) {
  boost::container::static_vector<store::Check, max_checks> checks(question.items.size());
  boost::container::static_vector<store::Verdict, max_checks> verdicts(question.items.size());
  const Item& first = joint.items()[question.items.front()];
  const store::Call call = joint.call(question, checks);
  if (question.kind == Question::Kind::give_back) {
    if (!question.id.empty()) {
      constexpr std::int64_t nothing = 0;
      [[maybe_unused]] const auto settled = first.memory()->settle_now(question.id, std::span(&nothing, 1), call.now);
    } else {
      (void)first.memory()->decide_now(call, verdicts);
    }
    joint.gave_back(question);
    return;
  }
  const store::Status status = first.memory()->decide_now(call, verdicts);
  joint.answer(question, status, verdicts);
}

AllOutcome decide_now(Joint& joint) {
  while (const auto question = joint.next()) ask_now(joint, *question);
  return joint.outcome();
}

}  // namespace weir::limiter
