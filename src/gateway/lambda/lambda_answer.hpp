// lambda_answer.hpp: an answer that Weir gives in a function's place, and how heads get to Envoy.
#pragma once

#include "gateway/edge.hpp"
#include "gateway/lambda/invoke_answer.hpp"

#include <string_view>

namespace weir::gateway {

struct OwnAnswer {
  InvokeAnswer::Head head;
  std::string_view body;  // what it views outlives it; of answer_to for ever
};
// To what went wrong beside Lambda's answer.
[[nodiscard]] OwnAnswer answer_to(lambda::Outcome outcome, const config::Lambda& lambda, std::string_view method);

// In the hook of an answer's head, or of its body as long as the head is stopped.
void write(Stream& stream, const InvokeAnswer::Head& head);
// Instead of any other. `grpc`: of an attempt, whose own request no longer tells that the client speaks it.
void respond(Stream& stream, const OwnAnswer& answer, std::string_view details, bool grpc = false);

}  // namespace weir::gateway
