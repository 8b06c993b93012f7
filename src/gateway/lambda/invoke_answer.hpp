// invoke_answer.hpp: Lambda's answer to one invoke, turned into the client's as it comes.
//
//     InvokeAnswer answer(lambda, method);
//     answer.begin(reply)
//     answer.take(piece) ...      each piece of the body, unless the answer passes as it is
//     answer.finish()             its end
//
// After each of them:
//     broken                      the client's stream must be reset: its head has gone, and this is no good end
//     given_up                    it is none, which is known before its end: head and body are all that the client gets
//     take_head                   once it is known what the client gets; until then everything is held back here
//     take_body                   what of the body may go on
//     ending                      once it is known what came of the invoke
//
// Held back are: an error's first 16 KiB, for its Reason; a buffered output, which is unwrapped as a whole; a streamed
// answer's prelude. A streamed body is never held.
#pragma once

#include "config/lambda.hpp"
#include "lambda/answer/streamed.hpp"
#include "lambda/policy/reaction.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir::gateway {

class InvokeAnswer {
 public:
  struct Head {
    int status = 200;
    lambda::Fields fields{};
    bool replaces = true;               // all that Lambda sent; else `fields` are set on top of it
    std::optional<std::size_t> size{};  // of the body, where all of it is known
  };
  // What came of the invoke.
  struct Ending {
    lambda::Meaning meaning{};
    std::string detail{};  // why an answer is none, for a log; else ""
  };

  static constexpr std::size_t max_error = 16U << 10;
  static constexpr std::size_t max_output = 7U << 20;  // beyond Lambda's own 6 MB

  // Both outlive it. `method` is the client's.
  InvokeAnswer(const config::Lambda& lambda, std::string_view method);

  // `reply` without its body; `content_type` is Lambda's.
  void begin(const lambda::Reply& reply, std::string_view content_type);
  // What comes from now on goes on untouched; `finish` is all that is still told.
  [[nodiscard]] bool as_is() const { return at_ == At::passing; }
  void take(std::string_view piece);
  void finish();

  [[nodiscard]] bool broken() const { return at_ == At::broken; }
  [[nodiscard]] bool given_up() const { return given_up_; }
  // Nothing until it is known, and nothing a second time.
  [[nodiscard]] std::optional<Head> take_head();
  [[nodiscard]] bool head_told() const { return head_taken_; }
  [[nodiscard]] std::string take_body() { return std::exchange(out_, {}); }
  [[nodiscard]] const std::optional<Ending>& ending() const { return ending_; }
  [[nodiscard]] const std::string& retry_after() const { return retry_after_; }

 private:
  enum class At : unsigned char {
    head,
    error,      // its first bytes are read
    output,     // the function's, read whole
    streaming,  // unwrapped as it comes
    passing,    // untouched
    bare,       // the same, but for its body: the client must not have one
    replaced,   // what still comes is of no interest
    broken,
  };

  void settle_error();
  void unwrap_output();
  void follow(std::string_view piece, bool end);
  void pass(const lambda::Reaction& reaction);
  void replace(const lambda::Reaction& reaction);
  void fail(lambda::Outcome outcome, std::string_view detail);
  void end(const lambda::Meaning& meaning, std::string_view detail = {});

  const config::Lambda& lambda_;
  const std::string_view method_;
  At at_ = At::head;
  int status_ = 0;
  std::string error_type_;
  std::string retry_after_;
  std::string held_;
  std::optional<lambda::StreamedAnswer> streamed_;
  std::optional<Head> head_;
  bool head_taken_ = false;
  bool given_up_ = false;
  bool finished_ = false;
  std::string out_;
  std::optional<Ending> ending_;
};

}  // namespace weir::gateway
