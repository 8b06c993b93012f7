#include "gateway/refusal_answer.hpp"

#include "gateway/model/model_facts.hpp"
#include "gateway/model/standings.hpp"

#include <weir/clock.hpp>

#include <boost/container/small_vector.hpp>
#include <boost/container/static_vector.hpp>

#include <string>

namespace weir::gateway {

bool is_grpc(const Request& request) { return request.header("content-type").starts_with("application/grpc"); }

namespace {

// In the words of the model's provider. False: it has none of its own.
bool answered_as_model(Stream& stream, const Refusal& refusal, usage::Protocol protocol) {
  const ModelRefusal& model = *refusal.model;
  usage::Refused refused = model.refused;
  refused.limit = model.limit;
  refused.model = model.model;
  refused.message = model.message;
  const auto said = usage::refusal(protocol, refused, model.standings, system_time());
  if (!said) return false;
  boost::container::small_vector<HeaderField, 16> headers{{"content-type", said->content_type}};
  for (const auto& [name, value] : said->headers) headers.push_back({name, value});
  for (std::size_t i = 0; i < refusal.headers.size(); ++i) headers.push_back(refusal.headers[i]);
  stream.respond(static_cast<std::uint32_t>(refusal.status), {headers.data(), headers.size()}, said->body,
                 "weir_limited");
  return true;
}

}  // namespace

void answer(Stream& stream, const Refusal& refusal, const config::Responses& responses) {
  const ModelFacts* facts = stream.model_facts();
  if (refusal.model != nullptr && facts != nullptr && answered_as_model(stream, refusal, facts->protocol)) return;
  const Body body = refusal_body(refusal, responses);
  const std::string seconds = refusal.retry_after ? std::to_string(*refusal.retry_after) : std::string{};
  const bool grpc = is_grpc(stream);
  boost::container::static_vector<HeaderField, AnswerHeaders::most + 4> headers;
  if (grpc) {
    // Envoy would say UNAVAILABLE, which gRPC clients retry at once.
    if (refusal.cause == Refusal::Cause::limited) headers.push_back({"grpc-status", "8"});  // RESOURCE_EXHAUSTED
  } else {
    headers.push_back({"content-type", body.content_type});
  }
  if (!seconds.empty()) headers.push_back({"retry-after", seconds});
  if (refusal.model != nullptr && refusal.model->refused.impossible) headers.push_back({"x-should-retry", "false"});
  for (std::size_t i = 0; i < refusal.headers.size(); ++i) headers.push_back(refusal.headers[i]);
  stream.respond(static_cast<std::uint32_t>(refusal.status), {headers.data(), headers.size()},
                 grpc ? std::string_view(refusal.detail) : std::string_view(body.text),
                 refusal.cause == Refusal::Cause::limited ? "weir_limited" : "weir_refused");
}

}  // namespace weir::gateway
