#include "gateway/lambda/attempt_filter.hpp"

#include "gateway/guarded.hpp"
#include "gateway/lambda/call_filter.hpp"
#include "gateway/lambda/calls_of_worker.hpp"
#include "gateway/lambda/invoke_answer.hpp"
#include "gateway/lambda/lambda_answer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weir::gateway {

namespace {

using lambda::Outcome;

// Of an invoke as the call's filter wrote it; `host` is the route's.
constexpr auto invoke_names =
    std::to_array<std::string_view>({"host", "content-length", "content-type", "x-amz-invocation-type"});

void keep_invoke_alone(Stream& stream) {
  std::vector<std::string> others;
  for (const HeaderField& field : stream.request_headers()) {
    const bool own = field.name.starts_with(':') || std::ranges::find(invoke_names, field.name) != invoke_names.end();
    if (!own) others.emplace_back(field.name);
  }
  for (const std::string& name : others) stream.remove_request_header(name);
}

lambda::Concurrency::End end_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::throttled:
      return lambda::Concurrency::End::throttled;
    case Outcome::ok:
    case Outcome::function_error:
    case Outcome::malformed:
      return lambda::Concurrency::End::answered;
    default:
      return lambda::Concurrency::End::unknown;
  }
}

class AttemptFilter final : public HttpFilter {
 public:
  HeadersStatus on_request_headers(Stream& stream, bool) override {
    const auto number = stream.number_in_metadata(call_metadata, call_number_key);
    call_ = number ? find_call(*number) : nullptr;
    if (call_ == nullptr) {
      log(LogLevel::error,
          "weir: a request came to the filter weir_lambda past weir_lambda_call, which its route needs");
      stream.respond(500, {}, {}, "weir_lambda_without_call");
      return HeadersStatus::stop_iteration;
    }
    place_ = call_->invoke(monotonic_now());
    if (place_ == nullptr) {
      respond_for_all(stream, answer_to(Outcome::shed, call_->lambda(), call_->method()), "weir_lambda_shed");
      return HeadersStatus::stop_iteration;
    }
    keep_invoke_alone(stream);
    return HeadersStatus::proceed;
  }

  HeadersStatus on_response_headers(Stream& stream, bool end) override {
    if (place_ == nullptr) return HeadersStatus::proceed;
    return never_passing(stream, HeadersStatus::stop_iteration, [&] {
      begin(stream);
      if (end) answer_->finish();
      if (!advance(stream)) return HeadersStatus::stop_iteration;
      if (end) add_body(stream);
      return HeadersStatus::proceed;
    });
  }

  BodyStatus on_response_body(Stream& stream, bool end) override {
    if (!answer_) return BodyStatus::proceed;
    return never_passing(stream, BodyStatus::stop_no_buffer, [&] {
      const bool as_is = answer_->as_is() && answer_->head_told();
      if (!as_is) {
        stream.each_chunk(abi::BodyType::received_response, [&](std::string_view chunk) { answer_->take(chunk); });
      }
      if (end) answer_->finish();
      if (answer_->given_up()) {
        give_up(stream);
        return BodyStatus::stop_no_buffer;
      }
      const bool goes_on = advance(stream);
      if (!as_is) stream.replace_response_chunk(goes_on ? answer_->take_body() : std::string());
      return goes_on ? BodyStatus::proceed : BodyStatus::stop_no_buffer;
    });
  }

  TrailersStatus on_response_trailers(Stream& stream) override {
    if (!answer_) return TrailersStatus::proceed;
    return never_passing(stream, TrailersStatus::stop, [&] {
      answer_->finish();
      if (!advance(stream)) return TrailersStatus::stop;
      add_body(stream);
      return TrailersStatus::proceed;
    });
  }

 private:
  // An answer that Weir fails to read must not pass for a good one.
  template <class Status, class Work>
  Status never_passing(Stream& stream, Status stopped, Work&& work) {
    if (over_) return stopped;
    const std::optional<Status> status =
        guarded("an answer of Lambda", std::optional<Status>(), [&] { return std::optional(work()); });
    if (status) return *status;
    reset(stream);
    return stopped;
  }

  void begin(const Stream& stream) {
    const lambda::Reply reply{.status = stream.response_status(),
                              .error_type = stream.response_header("x-amzn-errortype"),
                              .function_error = stream.response_header("x-amz-function-error"),
                              .retry_after = stream.response_header("retry-after")};
    call_->answer_began(reply.status, stream.response_header("x-amz-executed-version"));
    answer_.emplace(call_->lambda(), call_->method());
    // The function's own type, where Lambda says that the wire's is that of its frames.
    const std::string_view own_type = stream.response_header("x-amzn-remapped-content-type");
    answer_->begin(reply, own_type.empty() ? stream.response_header("content-type") : own_type);
  }

  // Once it is known what came of the attempt. True: it should be tried again.
  bool conclude() {
    const auto& ending = answer_->ending();
    if (!ending || !place_) return false;
    const bool again = call_->answered(ending->meaning, answer_->retry_after(), monotonic_now());
    place_->leave(end_of(ending->meaning.outcome), ending->meaning.reason);
    place_.reset();
    complain(*ending);
    return again;
  }

  // What is known by now goes to whom it concerns. False: the answer stops here, for now or for ever.
  bool advance(Stream& stream) {
    const bool again = conclude();
    if (answer_->broken()) {
      reset(stream);
      return false;
    }
    if (const auto head = answer_->take_head()) {
      stream.remove_response_header(lambda::retry_mark_header);
      write(stream, *head);
      stream.set_response_header(answer_mark_header, "1");
      if (again) stream.set_response_header(lambda::retry_mark_header, "1");
    }
    return answer_->head_told();
  }

  // Ends the call to Lambda, too, which may go on for long with what is no answer.
  void give_up(Stream& stream) {
    (void)conclude();
    over_ = true;
    const std::string body = answer_->take_body();
    respond_for_all(stream, {.head = answer_->take_head().value(), .body = body}, "weir_lambda_given_up");
  }

  void respond_for_all(Stream& stream, OwnAnswer answer, std::string_view details) {
    answer.head.fields.push_back({std::string(answer_mark_header), "1"});
    respond(stream, answer, details, call_->grpc());
  }

  void add_body(Stream& stream) {
    const std::string body = answer_->take_body();
    if (!body.empty()) stream.add_response_body(body);
  }

  void reset(Stream& stream) {
    if (!std::exchange(over_, true)) stream.reset("weir_lambda_broken");
  }

  void complain(const InvokeAnswer::Ending& ending) {
    if (ending.detail.empty() || !call_->function().may_complain(monotonic_now())) return;
    log(LogLevel::warn, "function '" + call_->function().name() + "': " + std::string(name_of(ending.meaning.outcome)) +
                            ": " + ending.detail + " (said at most once a minute)");
  }

  std::shared_ptr<LambdaCall> call_;
  std::unique_ptr<HeldPlace> place_;  // until it is known what came of the attempt
  std::optional<InvokeAnswer> answer_;
  bool over_ = false;
};

struct AttemptFilterConfig final : FilterConfig {
  [[nodiscard]] std::unique_ptr<HttpFilter> make_filter() const override { return std::make_unique<AttemptFilter>(); }
};

}  // namespace

std::unique_ptr<FilterConfig> make_attempt_filter() { return std::make_unique<AttemptFilterConfig>(); }

}  // namespace weir::gateway
