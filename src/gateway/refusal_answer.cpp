#include "gateway/refusal_answer.hpp"

#include <boost/container/static_vector.hpp>

#include <string>

namespace weir::gateway {

bool is_grpc(const Request& request) { return request.header("content-type").starts_with("application/grpc"); }

void answer(Stream& stream, const Refusal& refusal, const config::Responses& responses) {
  const Body body = refusal_body(refusal, responses);
  const std::string seconds = refusal.retry_after ? std::to_string(*refusal.retry_after) : std::string{};
  const bool grpc = is_grpc(stream);
  boost::container::static_vector<HeaderField, AnswerHeaders::most + 3> headers;
  if (grpc) {
    // Envoy would say UNAVAILABLE, which gRPC clients retry at once.
    if (refusal.cause == Refusal::Cause::limited) headers.push_back({"grpc-status", "8"});  // RESOURCE_EXHAUSTED
  } else {
    headers.push_back({"content-type", body.content_type});
  }
  if (!seconds.empty()) headers.push_back({"retry-after", seconds});
  for (std::size_t i = 0; i < refusal.headers.size(); ++i) headers.push_back(refusal.headers[i]);
  stream.respond(static_cast<std::uint32_t>(refusal.status), {headers.data(), headers.size()},
                 grpc ? std::string_view(refusal.detail) : std::string_view(body.text),
                 refusal.cause == Refusal::Cause::limited ? "weir_limited" : "weir_refused");
}

}  // namespace weir::gateway
