#include "gateway/limits_filter.hpp"

#include "gateway/admission.hpp"
#include "gateway/asking.hpp"
#include "gateway/client_address.hpp"
#include "gateway/denied_client.hpp"
#include "gateway/escaped_slashes.hpp"
#include "gateway/first_settings.hpp"
#include "gateway/limits_of_route.hpp"
#include "gateway/model/model_account.hpp"
#include "gateway/model/model_call.hpp"
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

// What a request to a model may have in its body, which is read before it is decided. The largest that providers take
// with images in it is about this.
constexpr std::uint64_t most_request_body = std::uint64_t{32} << 20;

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
      call_began_ = runtime->now();
      call_ = std::make_unique<ModelCall>(*route_->model, stream.header(":path"), stream.header("content-type"));
    }
    if (call_ != nullptr && call_->reads_request()) {
      if (denied_here(stream)) return answered_here();
      stream.hold_body_up_to(most_request_body);
      return HeadersStatus::stop_iteration;
    }
    return know_and_begin(stream);
  }

  BodyStatus on_request_body(Stream& stream, bool end) override {
    if (call_ == nullptr || !call_->reads_request()) return BodyStatus::proceed;
    stream.each_chunk(abi::BodyType::received_request, [&](std::string_view chunk) { call_->read_request(chunk); });
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
    if (call_ == nullptr || !call_->reads_request()) return TrailersStatus::proceed;
    return decide_model_call(stream) == HeadersStatus::proceed ? TrailersStatus::proceed : TrailersStatus::stop;
  }

  void on_woken(Stream& stream) override {
    if (learning_ ? !learning_->over() : asking_ ? !asking_->answered() : !waiting_) return;
    stream.trust_proxies(runtime_->settings().trusted_proxies);
    if (call_ != nullptr) stream.describe(&call_->facts());
    waiting_.reset();
    const HeadersStatus status = learning_ ? learned(stream) : asking_ ? answer_came(stream) : decide(stream);
    if (status == HeadersStatus::proceed) stream.go_on();
  }

  HeadersStatus on_response_headers(Stream& stream) override {
    const int status = stream.response_status();
    if (hold_) answered(*hold_, status, headers_, *runtime_);
    if (call_ != nullptr && status >= 200 && status <= 299) {
      call_->begin_answer(stream.response_header("content-type"), stream.response_header("content-encoding"));
      if (call_->edits_answer()) stream.remove_response_header("content-length");
    }
    for (std::size_t i = 0; i < headers_.size(); ++i) stream.set_response_header(headers_[i].name, headers_[i].value);
    for (const auto& [name, value] : model_headers_) {
      if (stream.response_header(name).empty()) stream.set_response_header(name, value);  // the provider's own pass
    }
    return HeadersStatus::proceed;
  }

  BodyStatus on_response_body(Stream& stream, bool end) override {
    if (call_ == nullptr || !call_->answered()) return BodyStatus::proceed;
    if (!call_->edits_answer()) {
      stream.each_chunk(abi::BodyType::received_response, [&](std::string_view chunk) { call_->read_answer(chunk); });
      if (call_->content_seen()) account_->content_came(runtime_->now());
      if (end) call_->end_answer();
      return BodyStatus::proceed;
    }
    std::string instead;
    bool changed = false;
    stream.each_chunk(abi::BodyType::received_response, [&](std::string_view chunk) {
      if (call_->edit_answer(chunk, instead)) {
        instead.append(chunk);
      } else {
        changed = true;
      }
    });
    if (call_->content_seen()) account_->content_came(runtime_->now());
    const std::size_t before = instead.size();
    if (end) call_->end_answer(instead);
    if (changed || instead.size() != before) stream.replace_response_chunk(instead);
    return BodyStatus::proceed;
  }

  void on_stream_complete(Stream& stream) override {
    if (waiting_) lasting_.waiting.remove(*waiting_);
    waiting_.reset();
    if (learning_) learning_->leave();
    learning_.reset();
    if (asking_) asking_->leave();
    asking_.reset();
    if (account_) account_for();
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
    const auto unclear = call_->end_request();
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

  // What goes to the model may have to ask for what its answer is to tell.
  void prepare(Stream& stream) {
    remove_claims(stream, *runtime_);
    if (call_ == nullptr) return;
    account_.emplace(lasting_.metrics.models, route_->upstream, hold_ ? hold_->tokens() : 0, call_began_);
    if (!call_->edit()) return;
    const std::string body = usage::edited(stream.request_body(), *call_->edit());
    stream.replace_request_body(body);
    if (!stream.header("content-length").empty()) {
      stream.set_request_header("content-length", std::to_string(body.size()));
    }
    stream.set_request_header("accept-encoding", "identity");
  }

  // The call of the model is over, whichever way it ended.
  void account_for() {
    std::optional<Taken> taken;
    if (call_->answered()) taken = call_->taken();
    const auto complaint = account_->ended(*call_, taken, runtime_->now());
    if (complaint) gateway::log(LogLevel::warn, *complaint);
    account_.reset();
    if (!taken) return;
    if (log_) log_->took(call_->facts().model, taken->counts);
    settle(*taken);
  }

  void settle(const Taken& taken) {
    if (hold_ == nullptr || taken.how == Taken::How::held) return;
    if (taken.how == Taken::How::free) return hold_->took_nothing();
    hold_->took(taken.counts, call_->facts().model);
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
    if (route_ == nullptr || (route_->limits.empty() && call_ == nullptr)) {
      remove_claims(stream, *runtime_);
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
    if (call_ != nullptr) stream.describe(&call_->facts());
    if (route_->limits.empty()) {
      prepare(stream);
      return HeadersStatus::proceed;
    }
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
    hold_ = std::move(admission.hold);
    prepare(stream);
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
    if (denied.limit != nullptr) denied.limit->metrics.count(api::Outcome::denied);
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
  std::unique_ptr<Hold> hold_;
  std::unique_ptr<ModelCall> call_;  // where the upstream is a model
  Instant call_began_{};
  std::optional<ModelAccount> account_;  // from where it goes to the model
  std::optional<Instant> began_;         // when it is logged
  std::optional<Instant> since_;         // it waits, or has waited
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
