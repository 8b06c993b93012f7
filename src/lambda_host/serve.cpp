#include "lambda_host/serve.hpp"

#include "lambda/field.hpp"
#include "lambda_host/loop.hpp"
#include "lambda_host/runtime_api.hpp"
#include "store/due/due_work.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

namespace weir::lambda_host {
namespace {

using std::chrono::steady_clock;

// Kept free before the deadline: to ask for the next invocation counts as the end of this one.
constexpr std::chrono::milliseconds spare{10};

// What it throws is its error: one bad event must not cost the process, and all that it holds, its life.
template <class Result, class Call>
std::expected<Result, lambda::Error> guarded(const Call& call) {
  constexpr auto type = "Runtime.UnhandledException";
  try {
    return call();
  } catch (const std::exception& thrown) {
    return std::unexpected(lambda::Error{.type = type, .message = thrown.what()});
  } catch (...) {
    return std::unexpected(lambda::Error{.type = type, .message = "the handler threw what is no std::exception"});
  }
}

class Streamed final : public lambda::Stream {
 public:
  Streamed(RuntimeApi& api, const lambda::Event& event) : api_(api), event_(event) {}

  void content_type(std::string_view type) override {
    if (!lambda::is_field_value(type)) throw std::invalid_argument("a content type must fit a header");
    type_ = type;
  }
  bool write(std::string_view piece) override {
    if (!begun_) open_ = begin();
    if (!open_ || piece.empty()) return open_;  // a chunk of no bytes would be the last one
    return open_ = api_.piece(event_, piece);
  }

  Taken finish(const std::expected<void, lambda::Error>& result) {
    if (!begun_ && !result) return api_.fail(event_, result.error());
    if (!begun_) open_ = begin();
    if (open_) return api_.end(event_, result ? std::nullopt : std::optional(result.error()));
    api_.give_up();
    return Taken::refused;
  }

 private:
  bool begin() {
    begun_ = true;
    return api_.begin(event_, type_);
  }

  RuntimeApi& api_;
  const lambda::Event& event_;
  std::string type_ = "application/octet-stream";
  bool begun_ = false;
  bool open_ = false;
};

void do_what_is_due(std::chrono::nanoseconds budget) {
  if (budget > budget.zero()) store::due_work().run(steady_clock::now() + budget);
}

// `answer`: an invocation to what became of its answer.
template <class Answer>
int serve_with(const Endpoint& endpoint, const lambda::Options& options, std::ostream& log, const Answer& answer) {
  Loop loop;
  RuntimeApi api(loop, endpoint);
  for (;;) {
    const auto event = api.next();
    if (!event) {
      do_what_is_due(options.shutdown_budget);
      if (event.error().by_signal) return 0;
      log << "weir: the Runtime API at " << shown(endpoint) << ": " << event.error().why << std::endl;
      return 1;
    }
    const Taken taken = answer(api, *event);
    if (taken != Taken::accepted) {
      log << "weir: the answer to " << event->request_id << " was not taken by the Runtime API" << std::endl;
    }
    if (taken == Taken::broken) return 1;
    do_what_is_due(std::min<std::chrono::nanoseconds>(options.flush_budget, event->time_left() - spare));
  }
}

}  // namespace

int serve(const Endpoint& api, const Handler& handler, const lambda::Options& options, std::ostream& log) {
  return serve_with(api, options, log, [&](RuntimeApi& calls, const lambda::Event& event) {
    Streamed stream(calls, event);
    return stream.finish(guarded<void>([&] { return handler(event, stream); }));
  });
}

int serve(const Endpoint& api, const BufferedHandler& handler, const lambda::Options& options, std::ostream& log) {
  return serve_with(api, options, log, [&](RuntimeApi& calls, const lambda::Event& event) {
    const auto answer = guarded<std::string>([&] { return handler(event); });
    if (!answer) return calls.fail(event, answer.error());
    const Taken taken = calls.respond(event, *answer);
    if (taken != Taken::too_large) return taken;
    return calls.fail(event, {.type = "Function.ResponseSizeTooLarge",
                              .message = "an answer of " + std::to_string(answer->size()) + " bytes is too large"});
  });
}

}  // namespace weir::lambda_host
