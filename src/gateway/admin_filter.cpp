#include "gateway/admin_filter.hpp"

#include "api/answer.hpp"
#include "api/problem.hpp"
#include "config/number.hpp"
#include "gateway/admin_access.hpp"
#include "gateway/runtime.hpp"

#include <boost/container/static_vector.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::gateway {

namespace {

constexpr std::string_view envoy_pages = "/envoy/";

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

api::Access access_of(const Runtime& runtime) {
  // Without settings for it nobody made an admin listener of ours: it is somebody's own, and its token is unknown.
  if (!runtime.settings().admin) throw std::runtime_error("the settings say nothing of an admin listener");
  return admin_access(*runtime.settings().admin, variable);
}

// Of the runtime in force; worked out again when that changes.
const api::Access& current_access(const Runtime& runtime) {
  struct Known {
    std::uint64_t version = 0;
    api::Access access;
  };
  thread_local std::optional<Known> known;
  const std::uint64_t version = Runtime::version();
  if (!known || known->version != version) known = Known{.version = version, .access = access_of(runtime)};
  return known->access;
}

// What decides who may come in. Each look-up costs Envoy a tenth of a microsecond: only those that matter.
api::Request arriving(const Request& stream, const api::Access& access) {
  api::Request request{
      .method = stream.header(":method"), .target = stream.header(":path"), .host = stream.header(":authority")};
  if (access.token) {
    request.authorization = stream.header("authorization");
    return request;
  }
  request.origin = stream.header("origin");
  request.fetch_site = stream.header("sec-fetch-site");
  if (!request.fetch_site.empty()) request.fetch_mode = stream.header("sec-fetch-mode");
  return request;
}

bool is_of_browser(const api::Request& request) { return !request.origin.empty() || !request.fetch_site.empty(); }

// The same request with its body, to whom came in. (A page of another site never has the token.)
api::Request complete(const Request& stream, bool of_browser, std::string_view body) {
  api::Request request{.method = stream.header(":method"), .target = stream.header(":path"), .host = {}};
  request.content_type = stream.header("content-type");
  request.body = body;
  if (!of_browser) return request;
  request.origin = stream.header("origin");
  request.fetch_site = stream.header("sec-fetch-site");
  return request;
}

void send(Stream& stream, const api::Response& response) {
  boost::container::static_vector<HeaderField, 8> headers;
  if (!response.content_type.empty()) headers.push_back({"content-type", response.content_type});
  headers.push_back({"cache-control", "no-store"});
  headers.push_back({"x-content-type-options", "nosniff"});
  for (const api::Header& header : response.headers) {
    if (headers.size() < headers.capacity()) headers.push_back({header.name, header.value});
  }
  stream.respond(static_cast<std::uint32_t>(response.status), {headers.data(), headers.size()}, response.body,
                 "weir_admin");
}

bool is_too_large(const Request& stream) {
  const std::string_view length = stream.header("content-length");
  if (length.empty()) return false;
  const auto bytes = config::parse_number(length);
  return !bytes || *bytes > static_cast<std::int64_t>(api::max_body);
}

api::Response too_busy() {
  api::Response response = api::problem(503, "Too many requests wait for the store; retry later.");
  response.headers.push_back({"retry-after", "1"});
  return response;
}

api::Response too_large() { return api::problem(413, "The body is larger than 1 MiB."); }

// A request on its way to another thread and back.
struct Errand {
  explicit Errand(const api::Request& request)
      : method(request.method),
        target(request.target),
        host(request.host),
        content_type(request.content_type),
        body(request.body) {}
  // Who came in has been seen to: what it needs of the headers is of no use any more.
  [[nodiscard]] api::Request request() const {
    api::Request asked{.method = method, .target = target, .host = host};
    asked.content_type = content_type;
    asked.body = body;
    return asked;
  }

  std::string method, target, host, content_type, body;
  api::Response response = api::problem(500, "The request could not be answered.");
  std::atomic<bool> done{false};
};

void run(Errand& errand, const Runtime& runtime) noexcept {
  try {
    errand.response = api::answer(runtime, errand.request());
  } catch (...) {
    log(LogLevel::error, "weir: the admin API failed to answer");
  }
}

// Whether its answer may need a store that answers later, or so much work that no worker should do it.
bool may_wait(const Runtime& runtime, std::string_view target) {
  if (target.starts_with("/api/v1/analytics/")) return true;
  return !runtime.answers_at_once() && target.starts_with("/api/");
}

// An answer without an end: `more` is asked once a second, on another thread, for what comes next.
struct Endless {
  explicit Endless(api::Response&& first) : response(std::move(first)) {}

  api::Response response;
  std::string next;
  std::atomic<bool> ready{false};
};

void tell_more(Endless& endless, const Runtime& runtime) noexcept {
  try {
    endless.next = endless.response.more(runtime);
  } catch (...) {
    endless.next.clear();
    log(LogLevel::error, "weir: the admin API failed to go on with a stream");
  }
}

class AdminFilter final : public HttpFilter {
 public:
  HeadersStatus on_request_headers(Stream& stream, bool end) override {
    runtime_ = Runtime::current();
    if (runtime_ == nullptr) return stop_with(stream, api::problem(503, "This process is about to end."));
    const api::Access& access = current_access(*runtime_);
    const api::Request request = arriving(stream, access);
    if (const auto refusal = api::keep_out(access, request)) return stop_with(stream, *refusal);
    if (request.target.starts_with(envoy_pages)) {
      if (request.method != "GET" && request.method != "HEAD") {
        return stop_with(stream, api::problem(405, "Envoy's pages are there to be read: GET."));
      }
      passes_ = true;
      return HeadersStatus::proceed;
    }
    if (end) return answer(stream, request);
    of_browser_ = is_of_browser(request);
    if (is_too_large(stream)) return stop_with(stream, too_large());
    return HeadersStatus::stop_iteration;
  }

  BodyStatus on_request_body(Stream& stream, bool end) override {
    if (passes_) return BodyStatus::proceed;
    if (answered_) return BodyStatus::stop_no_buffer;
    stream.append_body(body_);
    if (body_.size() > api::max_body) {
      stop_with(stream, too_large());
    } else if (end) {
      answer(stream, complete(stream, of_browser_, body_));
    }
    return BodyStatus::stop_no_buffer;
  }

  TrailersStatus on_request_trailers(Stream& stream) override {
    if (passes_) return TrailersStatus::proceed;
    if (!answered_) answer(stream, complete(stream, of_browser_, body_));
    return TrailersStatus::stop;
  }

  void on_woken(Stream& stream) override {
    if (endless_) return go_on(stream);
    if (!errand_ || !errand_->done.load(std::memory_order_acquire)) return;
    const auto errand = std::exchange(errand_, nullptr);
    if (errand->response.more && stream.header(":method") == "GET") return begin_endless(stream, errand->response);
    send(stream, errand->response);
  }

  void on_stream_complete(Stream&) override {
    if (resting_) runtime_->lasting()->waiting.remove(*resting_);
  }

  HeadersStatus on_response_headers(Stream&, bool) override { return HeadersStatus::proceed; }

 private:
  void begin_endless(Stream& stream, api::Response& response) {
    const std::array<HeaderField, 4> headers{{{":status", "200"},
                                              {"content-type", response.content_type},
                                              {"cache-control", "no-store"},
                                              {"x-content-type-options", "nosniff"}}};
    stream.begin_response(headers);
    stream.send_more(response.body, false);
    endless_ = std::make_shared<Endless>(std::move(response));
    waker_ = stream.waker();
    next_ = runtime_->now();
    rest(stream);
  }

  // Woken because a second is over, or because another thread has told what comes next.
  void go_on(Stream& stream) {
    if (runtime_->lasting()->ending.load(std::memory_order_relaxed)) return stream.send_more({}, true);
    if (endless_->ready.exchange(false, std::memory_order_acquire)) {
      stream.send_more(endless_->next, false);
      return rest(stream);
    }
    if (!resting_) return;
    resting_.reset();
    const std::shared_ptr<Runtime> runtime = Runtime::current();
    const bool taken =
        runtime != nullptr && runtime_->lasting()->answering.run([endless = endless_, runtime, waker = waker_] {
          tell_more(*endless, *runtime);
          endless->ready.store(true, std::memory_order_release);
          waker->wake();
        });
    if (!taken) rest(stream);  // too much is to be done: this one can wait
  }

  void rest(Stream& stream) {
    next_ += std::chrono::seconds(1);
    next_ = std::max(next_, runtime_->now());
    resting_ = runtime_->lasting()->waiting.add(next_, [waker = waker_] { waker->wake(); });
    if (!resting_) stream.send_more({}, true);  // too many wait already; a client may come back
  }

  HeadersStatus stop_with(Stream& stream, const api::Response& response) {
    answered_ = true;
    send(stream, response);
    return HeadersStatus::stop_iteration;
  }

  HeadersStatus answer(Stream& stream, const api::Request& request) {
    if (!may_wait(*runtime_, request.target)) return stop_with(stream, api::answer(*runtime_, request));
    answered_ = true;  // sooner or later
    errand_ = std::make_shared<Errand>(request);
    const bool taken = runtime_->lasting()->answering.run(
        [errand = errand_, runtime = runtime_, waker = std::shared_ptr<StreamWaker>(stream.waker())] {
          run(*errand, *runtime);
          errand->done.store(true, std::memory_order_release);
          waker->wake();
        });
    if (taken) return HeadersStatus::stop_iteration;
    errand_.reset();
    return stop_with(stream, too_busy());
  }

  std::shared_ptr<Runtime> runtime_;  // the one that the request began under
  std::string body_;
  bool of_browser_ = false;
  bool passes_ = false;
  bool answered_ = false;
  std::shared_ptr<Errand> errand_;    // while another thread answers
  std::shared_ptr<Endless> endless_;  // once its answer has begun
  std::shared_ptr<StreamWaker> waker_;
  std::optional<WaitQueue::Ticket> resting_;  // until the next second
  Instant next_{};
};

struct AdminFilterConfig final : FilterConfig {
  [[nodiscard]] std::unique_ptr<HttpFilter> make_filter() const override { return std::make_unique<AdminFilter>(); }
};

}  // namespace

std::unique_ptr<FilterConfig> make_admin_filter() {
  const std::shared_ptr<Runtime> runtime = Runtime::current();
  if (runtime == nullptr) {
    throw std::runtime_error(
        "the admin filter needs the bootstrap extension `envoy.bootstrap.dynamic_modules` named `weir` of the same "
        "module, which holds the limits; see `weir envoy`");
  }
  [[maybe_unused]] const api::Access access = access_of(*runtime);
  return std::make_unique<AdminFilterConfig>();
}

}  // namespace weir::gateway
