// calls_of_worker.hpp: the calls under way on this worker, by number. A request's filters, before the router and in
// each attempt's chain behind it, run on one worker and know their call by the number that its stream's metadata
// carries: the request's headers would not do, for what an attempt removes of them is gone for the next one.
#pragma once

#include "gateway/lambda/lambda_call.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace weir::gateway {

inline constexpr std::string_view call_metadata = "weir.lambda";
inline constexpr std::string_view call_number_key = "call";

// In the calls of this thread as long as it lives.
class CallNumber {
 public:
  explicit CallNumber(std::shared_ptr<LambdaCall> call);
  CallNumber(const CallNumber&) = delete;
  CallNumber& operator=(const CallNumber&) = delete;
  ~CallNumber();

  [[nodiscard]] double value() const { return static_cast<double>(number_); }

 private:
  std::uint64_t number_;  // of a thread each call has another one, from 1; below 2^53
};

[[nodiscard]] bool has_calls() noexcept;
// Null when there is none of this number.
[[nodiscard]] std::shared_ptr<LambdaCall> find_call(double number);

}  // namespace weir::gateway
