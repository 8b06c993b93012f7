// lambda.hpp: a C++ program as a function in AWS Lambda. Needs the standard library alone.
//
//   int main() {
//     weir::Limiter limiter(weir::sliding_window(100, 1min), {.name = "per-user", .store = store});
//     return weir::lambda::run([&](const weir::lambda::Event& event, weir::lambda::Stream& answer) {
//       answer.write(limiter.limit(event.function_arn) ? "welcome" : "later");
//     });
//   }
//
// For each invocation the answer is posted first; then what is due is done within a budget (what Redis missed, what
// before_next() was given); only then the next invocation is asked for, which is when Lambda freezes the process. So
// nothing of Weir's is ever part of what a client waits for, and nothing keeps an invocation open.
#pragma once

#include <weir/export.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

namespace weir::lambda {

// One invocation.
struct Event {
  std::string body;            // JSON
  std::string request_id;      // in every line of the function's log that Lambda writes
  std::string function_arn;    // as it was called, with its version or alias
  std::string trace_id;        // X-Ray's; not put into the environment, where another thread may be reading
  std::string client_context;  // JSON, from the AWS Mobile SDK
  std::string identity;        // JSON, from the AWS Mobile SDK, of Amazon Cognito
  std::chrono::system_clock::time_point deadline;  // then Lambda ends the process

  [[nodiscard]] std::chrono::nanoseconds time_left() const { return deadline - std::chrono::system_clock::now(); }
};

// What Lambda reports as the function's error.
struct Error {
  std::string type;  // Function.BadEvent: bytes that a header can't hold become `_`
  std::string message;
};

// An answer that leaves in pieces.
class WEIR_API Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream();
  // application/octet-stream unless said before the first write. An HTTP prelude wants
  // application/vnd.awslambda.http-integration-response. Throws std::invalid_argument on a line break in it.
  virtual void content_type(std::string_view type) = 0;
  // Sends a piece as one chunk, now. Waits while Lambda takes nothing, not beyond the deadline. False when nobody will
  // take any more of this answer. The answer begins with the first piece: an error after it is sent as its trailer.
  virtual bool write(std::string_view piece) = 0;
};

struct Options {
  std::chrono::milliseconds flush_budget{25};  // after each answer, and never beyond the deadline
  std::chrono::milliseconds shutdown_budget{
      200};  // after SIGTERM, which Lambda follows by SIGKILL within 300 to 500 ms
};

// What is called after each answer, before the next invocation is asked for, and at the end: `work` should be back by
// `until`. For what else must not wait until the process is thawed, which may be never. Called by the thread that runs
// run(), in the order they were given. From any thread.
WEIR_API void before_next(std::function<void(std::chrono::steady_clock::time_point until)> work);

// Serves invocations, one after the other, until SIGTERM (0) or until the Runtime API is gone (1); 2 when
// AWS_LAMBDA_RUNTIME_API is not set to HOST:PORT. Says on stderr why it ends. What a handler throws is its error.
// SIGTERM is taken as long as this runs, and seen between invocations.
WEIR_API int run_buffered(const std::function<std::expected<std::string, Error>(const Event&)>& handler,
                          const Options& options = {});
WEIR_API int run_streamed(const std::function<std::expected<void, Error>(const Event&, Stream&)>& handler,
                          const Options& options = {});

// Either of them, by what the handler takes: (const Event&), which returns the answer (JSON) or an Error, or
// (const Event&, Stream&), which returns nothing or std::expected<void, Error>.
template <class Handler>
int run(Handler&& handler, const Options& options = {}) {
  if constexpr (std::is_invocable_v<Handler&, const Event&, Stream&>) {
    return run_streamed(
        [&handler](const Event& event, Stream& answer) -> std::expected<void, Error> {
          if constexpr (std::is_void_v<std::invoke_result_t<Handler&, const Event&, Stream&>>) {
            handler(event, answer);
            return {};
          } else {
            return handler(event, answer);
          }
        },
        options);
  } else {
    return run_buffered([&handler](const Event& event) -> std::expected<std::string, Error> { return handler(event); },
                        options);
  }
}

// Instead of run(), when the program can't serve: tells Lambda why. Returns the program's exit status, 1.
WEIR_API int init_error(const Error& error);

}  // namespace weir::lambda
