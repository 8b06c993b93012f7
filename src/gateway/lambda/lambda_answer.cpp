#include "gateway/lambda/lambda_answer.hpp"

#include "gateway/grpc_status.hpp"
#include "lambda/answer/answer.hpp"

#include <string>
#include <vector>

namespace weir::gateway {

OwnAnswer answer_to(lambda::Outcome outcome, const config::Lambda& lambda, std::string_view method) {
  const lambda::Reaction reaction = react(outcome, lambda.errors);
  OwnAnswer answer{.head = {.status = reaction.status, .fields = reaction.headers}, .body = {}};
  if (lambda::has_body(method, reaction.status)) {
    answer.body = reaction.body;
    answer.head.size = answer.body.size();
  }
  return answer;
}

void write(Stream& stream, const InvokeAnswer::Head& head) {
  if (!head.replaces) {
    for (const auto& [name, value] : head.fields) stream.set_response_header(name, value);
    return;
  }
  std::vector<std::string> names;
  for (const HeaderField& field : stream.response_headers()) {
    if (!field.name.starts_with(':')) names.emplace_back(field.name);
  }
  for (const std::string& name : names) stream.remove_response_header(name);
  stream.set_response_header(":status", std::to_string(head.status));
  for (const auto& [name, value] : head.fields) stream.add_response_header(name, value);
  if (head.size) stream.set_response_header("content-length", std::to_string(*head.size));
}

void respond(Stream& stream, const OwnAnswer& answer, std::string_view details, bool grpc) {
  const auto status = static_cast<std::uint32_t>(answer.head.status);
  std::vector<HeaderField> fields;
  for (const auto& [name, value] : answer.head.fields) fields.push_back({name, value});
  if (grpc) fields.push_back({grpc_status_header, grpc_status(status)});
  stream.respond(status, fields, answer.body, details);
}

}  // namespace weir::gateway
