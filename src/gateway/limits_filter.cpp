#include "gateway/limits_filter.hpp"

#include "gateway/admission.hpp"
#include "gateway/asking.hpp"
#include "gateway/client_address.hpp"
#include "gateway/denied_client.hpp"
#include "gateway/escaped_slashes.hpp"
#include "gateway/first_settings.hpp"
#include "gateway/limits_of_route.hpp"
#include "gateway/model/model_stream.hpp"
#include "gateway/recorded.hpp"
#include "gateway/refusal_answer.hpp"
#include "gateway/request_log.hpp"
#include "gateway/wait_queue.hpp"

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::gateway {

namespace {

// How long beyond its timeout a store may take to say that it has no answer.
constexpr std::chrono::milliseconds answer_grace{20};

const std::shared_ptr<Runtime>& runtime_or_throw() {
  if (Runtime::current() == nullptr) {
    throw std::runtime_error(
        "the limits filter needs the bootstrap extension `envoy.bootstrap.dynamic_modules` named `weir` of the same "
        "module, which holds the limits; see `weir envoy`");
  }
  return Runtime::current();
}

// True when the request has been answered because of its path.
bool answered_for_slashes(Stream& stream, const Runtime& runtime) {
  const std::string_view path = stream.header(":path");
  if (path.find('%') == std::string_view::npos) [[likely]]
    return false;
  const SlashVerdict verdict = escaped_slashes(runtime.settings().escaped_slashes, path, is_grpc(stream));
  switch (verdict.action) {
    case SlashVerdict::Action::proceed:
      return false;
    case SlashVerdict::Action::redirect: {
      const std::array<HeaderField, 1> location{{{"location", verdict.location}}};
      stream.respond(307, location, {}, "weir_escaped_slashes");
      return true;
    }
    case SlashVerdict::Action::reject:
      break;
  }
  Refusal refusal;
  refusal.cause = Refusal::Cause::malformed;
  refusal.status = 400;
  refusal.detail = "The path has an escaped slash.";
  answer(stream, refusal, runtime.responses());
  return true;
}

// Nobody in front may say what the client spoke unless it is trusted.
void set_forwarded_proto(Stream& stream, const Settings& settings) {
  const auto proto = forwarded_proto(settings.trusted_proxies, settings.tls);
  if (proto && stream.header("x-forwarded-proto") != *proto) stream.set_request_header("x-forwarded-proto", *proto);
}

class LimitsFilter final : public HttpFilter {
 public:
  explicit LimitsFilter(Lasting& lasting) : lasting_(lasting) {
    if (lasting.access_log.is_on()) began_ = system_time();
  }

  HeadersStatus on_request_headers(Stream& stream, bool end) override {
    const std::shared_ptr<Runtime>& runtime = runtime_or_throw();
    if (began_) log_ = std::make_unique<RequestLog>(stream, *began_);
    stream.trust_proxies(runtime->settings().trusted_proxies);
    if (answered_for_slashes(stream, *runtime)) return answered_here();
    set_forwarded_proto(stream, runtime->settings());

    if (const auto* route = static_cast<const LimitsOfRoute*>(stream.route_config())) {
      route_ = route->of_worker(stream.worker(), *runtime);
    }
    runtime_ = runtime;
    if (route_ != nullptr && route_->model && !end) {
      model_ = std::make_unique<ModelStream>(lasting_, runtime, route_, stream);
    }
    if (model_ != nullptr && model_->reads_request()) {
      if (denied_here(stream)) return answered_here();
      stream.hold_body_up_to(ModelStream::most_request_body);
      return HeadersStatus::stop_iteration;
    }
    return know_and_begin(stream);
  }

  BodyStatus on_request_body(Stream& stream, bool end) override {
    if (model_ == nullptr || !model_->reads_request()) return BodyStatus::proceed;
    model_->read_request(stream);
    if (!end) return BodyStatus::stop_and_buffer;
    switch (decide_model_call(stream)) {
      case HeadersStatus::proceed:
        return BodyStatus::proceed;
      case hold_request:
        return BodyStatus::stop_and_buffer;
      default:
        return BodyStatus::stop_no_buffer;
    }
  }

  TrailersStatus on_request_trailers(Stream& stream) override {
    if (model_ == nullptr || !model_->reads_request()) return TrailersStatus::proceed;
    return decide_model_call(stream) == HeadersStatus::proceed ? TrailersStatus::proceed : TrailersStatus::stop;
  }

  void on_woken(Stream& stream) override {
    if (model_ != nullptr && model_->answered()) return model_->woken(stream);
    if (learning_ ? !learning_->over() : asking_ ? !asking_->answered() : !waiting_) return;
    stream.trust_proxies(runtime_->settings().trusted_proxies);
    if (model_ != nullptr) stream.describe(&model_->facts());
    waiting_.reset();
    const HeadersStatus status = learning_ ? learned(stream) : asking_ ? answer_came(stream) : decide(stream);
    if (status == HeadersStatus::proceed) stream.go_on();
  }

  HeadersStatus on_response_headers(Stream& stream, bool) override {
    const int status = stream.response_status();
    if (hold_) answered(*hold_, status, headers_, *runtime_);
    if (model_ != nullptr) model_->answer_began(stream, status);
    for (std::size_t i = 0; i < headers_.size(); ++i) stream.set_response_header(headers_[i].name, headers_[i].value);
    for (const auto& [name, value] : model_headers_) {
      if (stream.response_header(name).empty()) stream.set_response_header(name, value);  // the provider's own pass
    }
    return HeadersStatus::proceed;
  }

  BodyStatus on_response_body(Stream& stream, bool end) override {
    return model_ == nullptr || !model_->answered() ? BodyStatus::proceed : model_->answer_came(stream, end);
  }

  TrailersStatus on_response_trailers(Stream& stream) override {
    return model_ == nullptr || !model_->answered() ? TrailersStatus::proceed : model_->answer_trailers(stream);
  }

  void on_stream_complete(Stream& stream) override {
    if (waiting_) lasting_.waiting.remove(*waiting_);
    waiting_.reset();
    if (learning_) learning_->leave();
    learning_.reset();
    if (asking_) asking_->leave();
    asking_.reset();
    if (model_ != nullptr) settle(model_->over());
    hold_.reset();
    if (began_ && !log_) {  // Envoy refused it before it came here
      log_ = std::make_unique<RequestLog>(stream, *began_);
      log_->answered_here();
    }
    if (log_) log_->write(lasting_.access_log, stream);
    log_.reset();
  }

 private:
  // The request's body is whole.
  HeadersStatus decide_model_call(Stream& stream) {
    const auto unclear = model_->end_request();
    if (unclear && route_->looks_at_model) {
      Refusal refusal;
      refusal.cause = Refusal::Cause::malformed;
      refusal.status = 400;
      refusal.detail = *unclear;
      answer(stream, refusal, runtime_->responses());
      return answered_here();
    }
    return know_and_begin(stream);
  }

  void pass(Stream& stream) {
    remove_claims(stream, *runtime_);
    if (model_ != nullptr) model_->go(stream, hold_.get());
  }

  void settle(const std::optional<Taken>& taken) {
    if (!taken) return;
    const std::string& model = model_->facts().model;
    record_tokens(*runtime_, route_->upstream, model, taken->counts, keys_);
    if (log_) log_->took(model, taken->counts);
    if (hold_ == nullptr || taken->how == Taken::How::held) return;
    if (taken->how == Taken::How::free) return hold_->took_nothing();
    hold_->took(taken->counts, model);
  }

  // What is set at run time is known first, as far as there is time.
  HeadersStatus know_and_begin(Stream& stream) {
    if (!FirstSettings::are_missing(runtime_->shared_settings())) [[likely]]
      return begin(stream);
    learning_ = FirstSettings::ask(*runtime_->shared_settings());
    if (!learning_->park([waker = stream.waker()] { waker->wake(); })) return learned(stream);
    lasting_.unanswered.add(runtime_->now() + runtime_->settings().store.timeout + answer_grace, learning_);
    return hold_request;
  }

  HeadersStatus learned(Stream& stream) {
    learned_ = std::exchange(learning_, nullptr);
    return begin(stream);
  }

  HeadersStatus begin(Stream& stream) {
    if (denied_here(stream)) return answered_here();
    if (route_ == nullptr || route_->limits.empty()) {
      pass(stream);
      return HeadersStatus::proceed;
    }
    return decide(stream);
  }

  // True when the request has been answered because of whose it is.
  bool denied_here(Stream& stream) {
    const auto denied = denied_client(lasting_.deny_list, stream, route_.get(), runtime_->now());
    if (denied) deny(stream, *denied, *runtime_);
    return denied.has_value();
  }

  HeadersStatus decide(Stream& stream) {
    if (model_ != nullptr) stream.describe(&model_->facts());
    if (!runtime_->answers_at_once()) return ask(stream);
    return conclude(stream, [&](const Patience& patience, Told* told) {
      return admit(stream, *route_, *runtime_, patience, told);
    });
  }

  HeadersStatus ask(Stream& stream) {
    const std::shared_ptr<FirstSettings> learned = std::exchange(learned_, nullptr);
    asking_ = Asking::ask(stream, route_, runtime_);
    if (asking_->answered() || !asking_->park([waker = stream.waker()] { waker->wake(); })) return answer_came(stream);
    if (learned) {
      learned->then(asking_);  // the time is that of both
    } else {
      lasting_.unanswered.add(runtime_->now() + asking_->timeout() + answer_grace, asking_);
    }
    return hold_request;
  }

  HeadersStatus answer_came(Stream& stream) {
    const std::shared_ptr<Asking> asking = std::exchange(asking_, nullptr);
    return conclude(stream, [&](const Patience& patience, Told* told) { return asking->conclude(patience, told); });
  }

  // `decided(patience, told)` gives what the decision comes to.
  template <class Decided>
  HeadersStatus conclude(Stream& stream, Decided decided) {
    const Runtime& runtime = *runtime_;
    Told told;
    Told* const tell = log_ ? &told : nullptr;
    const Instant now = runtime.now();
    Patience patience{.waited = since_ ? now - *since_ : Instant::duration{0}, .may_wait = true};
    Admission admission = decided(patience, tell);
    if (admission.wait) {
      if (wait(stream, now, *admission.wait)) return hold_request;
      patience.may_wait = false;
      admission = decided(patience, tell);
    }
    if (log_) log_->decided(told);
    if (admission.refusal) {
      answer(stream, *admission.refusal, runtime.responses());
      return answered_here();
    }
    headers_ = std::move(admission.headers);
    model_headers_ = std::move(admission.model_headers);
    keys_ = std::move(admission.keys);
    hold_ = std::move(admission.hold);
    pass(stream);
    return HeadersStatus::proceed;
  }

  HeadersStatus answered_here() {
    if (log_) log_->answered_here();
    return HeadersStatus::stop_iteration;
  }

  // False when too many wait already.
  bool wait(const Stream& stream, Instant now, std::chrono::nanoseconds delay) {
    if (!since_) since_ = now;
    waiting_ = lasting_.waiting.add(now + delay, [waker = stream.waker()] { waker->wake(); });
    return waiting_.has_value();
  }

  void deny(Stream& stream, const DeniedClient& denied, const Runtime& runtime) {
    if (denied.limit != nullptr) {
      denied.limit->metrics.count(api::Outcome::denied);
      record_denied(runtime, *denied.limit, stream, route_->name);
    }
    if (log_) log_->decided({.limit = denied.limit ? denied.limit->config.name : "", .decision = "denied"});
    answer(stream, *denial(), runtime.responses());
  }

  static void remove_claims(Stream& stream, const Runtime& runtime) {
    for (const std::string& name : runtime.claim_headers()) stream.remove_request_header(name);
  }

  Lasting& lasting_;
  std::shared_ptr<Runtime> runtime_;  // that the request began with
  std::shared_ptr<const RouteLimits> route_;
  AnswerHeaders headers_;
  usage::Headers model_headers_;
  std::vector<KeyOfLimit> keys_;  // of a call of a model
  std::unique_ptr<Hold> hold_;
  std::unique_ptr<ModelStream> model_;  // where the upstream is a model
  std::optional<Instant> began_;        // when it is logged
  std::optional<Instant> since_;        // it waits, or has waited
  std::optional<WaitQueue::Ticket> waiting_;
  std::shared_ptr<FirstSettings> learning_;  // while it is not known what is set at run time
  std::shared_ptr<FirstSettings> learned_;   // until something is asked
  std::shared_ptr<Asking> asking_;           // while the store has not answered
  std::unique_ptr<RequestLog> log_;
};

class LimitsFilterConfig final : public FilterConfig {
 public:
  explicit LimitsFilterConfig(std::shared_ptr<Lasting> lasting) : lasting_(std::move(lasting)) {}
  [[nodiscard]] std::unique_ptr<HttpFilter> make_filter() const override {
    return std::make_unique<LimitsFilter>(*lasting_);
  }

 private:
  std::shared_ptr<Lasting> lasting_;
};

}  // namespace

std::unique_ptr<FilterConfig> make_limits_filter() {
  return std::make_unique<LimitsFilterConfig>(runtime_or_throw()->lasting());
}

std::unique_ptr<RouteConfig> make_limits_of_route(std::string_view settings) {
  return std::make_unique<LimitsOfRoute>(read_route_settings(settings), *runtime_or_throw(), workers());
}

}  // namespace weir::gateway
