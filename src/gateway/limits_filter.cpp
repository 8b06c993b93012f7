#include "gateway/limits_filter.hpp"

#include "gateway/admission.hpp"

#include <boost/container/static_vector.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace weir::gateway {

namespace {

std::shared_ptr<Runtime> runtime_or_throw() {
  if (Runtime::current() == nullptr) {
    throw std::runtime_error(
        "the limits filter needs the bootstrap extension `envoy.bootstrap.dynamic_modules` named `weir` of the same "
        "module, which holds the limits; see `weir envoy`");
  }
  return Runtime::current();
}

struct LimitsOfRoute final : RouteConfig {
  explicit LimitsOfRoute(std::string_view settings)
      : runtime(runtime_or_throw()), limits(runtime->limits_of(read_route_settings(settings))) {}
  std::shared_ptr<Runtime> runtime;  // owns what `limits` points to
  RouteLimits limits;
};

bool is_grpc(const Request& request) { return request.header("content-type").starts_with("application/grpc"); }

void answer(Stream& stream, const Refusal& refusal, const config::Responses& responses) {
  const Body body = refusal_body(refusal, responses);
  const std::string seconds = refusal.retry_after ? std::to_string(*refusal.retry_after) : std::string{};
  boost::container::static_vector<HeaderField, AnswerHeaders::most + 3> headers;
  if (is_grpc(stream)) {
    // Envoy would say UNAVAILABLE, which gRPC clients retry at once.
    if (refusal.cause == Refusal::Cause::limited) headers.push_back({"grpc-status", "8"});  // RESOURCE_EXHAUSTED
  } else {
    headers.push_back({"content-type", body.content_type});
  }
  if (!seconds.empty()) headers.push_back({"retry-after", seconds});
  for (std::size_t i = 0; i < refusal.headers.size(); ++i) headers.push_back(refusal.headers[i]);
  stream.respond(static_cast<std::uint32_t>(refusal.status), {headers.data(), headers.size()},
                 is_grpc(stream) ? std::string_view(refusal.detail) : std::string_view(body.text),
                 refusal.cause == Refusal::Cause::limited ? "weir_limited" : "weir_refused");
}

class LimitsFilter final : public HttpFilter {
 public:
  HeadersStatus on_request_headers(Stream& stream, bool) override {
    const auto* route = static_cast<const LimitsOfRoute*>(stream.route_config());
    if (route == nullptr || route->limits.limits.empty()) return HeadersStatus::proceed;
    Admission admission = admit(stream, route->limits, *route->runtime);
    if (admission.refusal) {
      answer(stream, *admission.refusal, route->runtime->responses());
      return HeadersStatus::stop_iteration;
    }
    headers_ = std::move(admission.headers);
    hold_ = std::move(admission.hold);
    return HeadersStatus::proceed;
  }

  HeadersStatus on_response_headers(Stream& stream) override {
    for (std::size_t i = 0; i < headers_.size(); ++i) stream.set_response_header(headers_[i].name, headers_[i].value);
    return HeadersStatus::proceed;
  }

  // Where a decision's metrics and its analytics record belong.
  void on_stream_complete() override { hold_.reset(); }

 private:
  AnswerHeaders headers_;
  std::unique_ptr<Hold> hold_;
};

class LimitsFilterConfig final : public FilterConfig {
 public:
  explicit LimitsFilterConfig(std::shared_ptr<Runtime> runtime) : runtime_(std::move(runtime)) {}
  [[nodiscard]] std::unique_ptr<HttpFilter> make_filter() const override { return std::make_unique<LimitsFilter>(); }

 private:
  std::shared_ptr<Runtime> runtime_;  // lives as long as a filter may ask it
};

}  // namespace

std::unique_ptr<FilterConfig> make_limits_filter() { return std::make_unique<LimitsFilterConfig>(runtime_or_throw()); }

std::unique_ptr<RouteConfig> make_limits_of_route(std::string_view settings) {
  return std::make_unique<LimitsOfRoute>(settings);
}

}  // namespace weir::gateway
