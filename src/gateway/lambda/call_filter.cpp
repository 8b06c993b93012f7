#include "gateway/lambda/call_filter.hpp"

#include "gateway/lambda/calls_of_worker.hpp"
#include "gateway/lambda/client_event.hpp"
#include "gateway/lambda/lambda_answer.hpp"
#include "gateway/lambda/lambda_of_route.hpp"
#include "gateway/recorded.hpp"
#include "gateway/refusal_answer.hpp"
#include "gateway/runtime.hpp"
#include "gateway/settings_lambda.hpp"

#include <boost/json/parse.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::gateway {

namespace {

using lambda::Outcome;

std::int64_t unix_ms(Instant now) {
  return std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
}

// That the function has not answered in time; a connection that was not made in time has reached no function.
bool is_late(const Stream& stream) {
  const std::string_view details = stream.answer_details();
  return details.find("timeout") != std::string_view::npos &&
         details.find("connection_timeout") == std::string_view::npos;
}

class CallFilter final : public HttpFilter {
 public:
  HeadersStatus on_request_headers(Stream& stream, bool end) override {
    route_ = static_cast<const LambdaOfRoute*>(stream.route_config());
    if (route_ == nullptr) return HeadersStatus::proceed;
    call_ = std::make_shared<LambdaCall>(
        route_->route, route_->function,
        LambdaCall::Client{.method = std::string(stream.header(":method")), .grpc = is_grpc(stream)}, monotonic_now());
    number_.emplace(call_);
    stream.set_metadata(call_metadata, call_number_key, number_->value());
    const auto& runtime = Runtime::current();
    stream.trust_proxies(runtime->settings().trusted_proxies);
    event_.emplace(begin_event(route_->route->lambda, {.headers = stream.request_headers(),
                                                       .protocol = stream.protocol(),
                                                       .client_address = stream.client_address(),
                                                       .unix_ms = unix_ms(runtime->now())}));
    if (!end) return HeadersStatus::stop_iteration;
    const auto event = send(stream);
    if (!event) return HeadersStatus::stop_iteration;
    stream.add_request_body(*event);
    return HeadersStatus::proceed;
  }

  BodyStatus on_request_body(Stream& stream, bool end) override {
    if (route_ == nullptr) return BodyStatus::proceed;
    if (!event_) return BodyStatus::stop_no_buffer;  // answered here
    stream.each_chunk(abi::BodyType::received_request, [&](std::string_view chunk) { fits_ = event_->append(chunk); });
    if (!fits_) {
      refuse(stream, Outcome::too_large);
      return BodyStatus::stop_no_buffer;
    }
    const auto event = end ? send(stream) : std::nullopt;
    stream.replace_request_body(event ? std::string_view(*event) : std::string_view{});
    return event ? BodyStatus::proceed : BodyStatus::stop_no_buffer;
  }

  // Envoy's signing filter signs at the body's end, which trailers take away; and Lambda has no use for them.
  TrailersStatus on_request_trailers(Stream& stream) override {
    if (route_ == nullptr) return TrailersStatus::proceed;
    if (event_) {
      event_.reset();
      stream.respond(400, {}, "A function takes no trailers.", "weir_lambda_trailers");
    }
    return TrailersStatus::stop;
  }

  HeadersStatus on_response_headers(Stream& stream, bool end) override {
    if (!sent_) return HeadersStatus::proceed;
    if (!stream.response_header(answer_mark_header).empty()) {
      stream.remove_response_header(answer_mark_header);
      stream.remove_response_header(lambda::retry_mark_header);
      return HeadersStatus::proceed;
    }
    // Envoy answers: no attempt had an answer, or none that it got to the end of.
    call_->failed(is_late(stream)             ? Outcome::timeout
                  : call_->told().status != 0 ? Outcome::truncated
                                              : Outcome::unreachable);
    const auto answer = answer_to(*call_->told().outcome, call_->lambda(), call_->method());
    write(stream, answer.head);
    if (end && !answer.body.empty()) stream.add_response_body(answer.body);
    if (!end) replacement_ = answer.body;
    return HeadersStatus::proceed;
  }

  BodyStatus on_response_body(Stream& stream, bool) override {
    if (replacement_) stream.replace_response_chunk(std::exchange(*replacement_, {}));
    return BodyStatus::proceed;
  }

  void on_stream_complete(Stream& stream) override {
    if (!call_) return;
    if (!sent_ && !call_->told().outcome) return;
    const auto outcome = call_->over(is_late(stream) ? Outcome::timeout : Outcome::truncated);
    const std::shared_ptr<Runtime>& runtime = Runtime::current();
    if (!outcome || runtime == nullptr) return;
    record_lambda(*runtime, call_->function().name(), name_of(*outcome), call_->told().reason);
  }

 private:
  // The event, once the request has become an invoke; nothing: it has been answered.
  std::optional<std::string> send(Stream& stream) {
    std::optional<std::string> event = std::move(*event_).finish();
    event_.reset();
    if (!event) {
      refuse(stream, Outcome::too_large);
      return std::nullopt;
    }
    if (!call_->enter(monotonic_now())) {
      refuse(stream, Outcome::shed);
      return std::nullopt;
    }
    stream.set_request_header(":authority", route_->route->authority);
    stream.set_request_header(":method", "POST");
    stream.set_request_header(":path", route_->path);
    for (const auto& [name, value] : route_->headers) stream.set_request_header(name, value);
    stream.set_request_header("content-length", std::to_string(event->size()));
    sent_ = true;
    return event;
  }

  void refuse(Stream& stream, Outcome outcome) {
    event_.reset();
    call_->failed(outcome);
    respond(stream, answer_to(outcome, call_->lambda(), call_->method()),
            "weir_lambda_" + std::string(name_of(outcome)));
  }

  const LambdaOfRoute* route_ = nullptr;
  std::shared_ptr<LambdaCall> call_;
  std::optional<CallNumber> number_;
  std::optional<lambda::EventBuilder> event_;  // while the body comes
  bool fits_ = true;
  bool sent_ = false;
  std::optional<std::string_view> replacement_;  // of the body of an answer of Envoy's
};

struct CallFilterConfig final : FilterConfig {
  [[nodiscard]] std::unique_ptr<HttpFilter> make_filter() const override { return std::make_unique<CallFilter>(); }
};

const std::shared_ptr<Runtime>& runtime_or_throw() {
  if (Runtime::current() == nullptr) {
    throw std::runtime_error("it needs the bootstrap extension named `weir` of the same module; see `weir envoy`");
  }
  return Runtime::current();
}

}  // namespace

std::unique_ptr<FilterConfig> make_call_filter() { return std::make_unique<CallFilterConfig>(); }

std::unique_ptr<RouteConfig> make_lambda_of_route(std::string_view settings) {
  LambdaRoute route = read_lambda(boost::json::parse({settings.data(), settings.size()}));
  const std::shared_ptr<Lasting>& lasting = runtime_or_throw()->lasting();
  api::FunctionMetrics& metrics = lasting->metrics.functions.function(route.lambda.function.name);
  auto function =
      lasting->functions.of(route.upstream, route.lambda, std::shared_ptr<api::FunctionMetrics>(lasting, &metrics));
  return std::make_unique<LambdaOfRoute>(std::move(route), std::move(function));
}

}  // namespace weir::gateway
