#include "gateway/lambda/calls_of_worker.hpp"

#include <unordered_map>
#include <utility>

namespace weir::gateway {

namespace {

struct Calls {
  std::uint64_t last = 0;
  std::unordered_map<std::uint64_t, std::shared_ptr<LambdaCall>> by_number;
};

Calls& calls() {
  thread_local Calls calls;
  return calls;
}

}  // namespace

CallNumber::CallNumber(std::shared_ptr<LambdaCall> call) : number_(++calls().last) {
  calls().by_number.emplace(number_, std::move(call));
}

CallNumber::~CallNumber() { calls().by_number.erase(number_); }

bool has_calls() noexcept { return !calls().by_number.empty(); }

std::shared_ptr<LambdaCall> find_call(double number) {
  if (!(number >= 1 && number < 0x1p53)) return nullptr;
  const auto found = calls().by_number.find(static_cast<std::uint64_t>(number));
  return found == calls().by_number.end() ? nullptr : found->second;
}

}  // namespace weir::gateway
