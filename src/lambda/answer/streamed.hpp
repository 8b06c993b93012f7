// streamed.hpp: the answer of InvokeWithResponseStream, as it comes.
//
//     StreamedAnswer answer(content_type, method);
//     while (true) switch (answer.next(bytes)) {
//       case Next::head:     ... answer.head() ...        once, before anything of the body
//       case Next::body:     ... answer.body() ...        views of what was given
//       case Next::end:      the function is done and all of it was right
//       case Next::starved:  all bytes are taken; return for more, or `finish` when no more come
//       case Next::broken:   answer.outcome() says why: an error's answer when no head was told, else the client's
//       stream
//                            must be reset, for a clean end would be a lie
//     }
//
// Kept are at most 16 KiB of a head and 64 KiB of the last frame.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "event_stream/frames.hpp"
#include "lambda/answer/answer.hpp"
#include "lambda/outcome.hpp"

namespace weir::lambda {

inline constexpr std::string_view http_integration_type = "application/vnd.awslambda.http-integration-response";

class StreamedAnswer {
 public:
  enum class Next : unsigned char { starved, head, body, end, broken };

  static constexpr std::size_t max_prelude = 16U << 10;     // with the delimiter
  static constexpr std::size_t max_completion = 64U << 10;  // of InvokeComplete, whose log is at most 4 KB of base64

  // `content_type` is that of Lambda's answer, which is the function's own: http_integration_type says that a head
  // comes before the body; of any other, it is that of a 200.
  StreamedAnswer(std::string_view content_type, std::string_view method);

  Next next(std::string_view& bytes);
  // The connection to Lambda has ended.
  Next finish();

  [[nodiscard]] const AnswerHead& head() const noexcept { return head_; }
  [[nodiscard]] std::string_view body() const noexcept { return body_; }
  [[nodiscard]] bool head_told() const noexcept { return head_told_; }
  // After `end` ok; after `broken` function_error, lambda_error, malformed or truncated.
  [[nodiscard]] Outcome outcome() const noexcept { return outcome_; }
  // Why it is broken, in words of Weir's or of one token of Lambda's; for a log.
  [[nodiscard]] std::string_view detail() const noexcept { return detail_; }

 private:
  enum class Frame : unsigned char { chunk, complete, exception, unknown };
  enum class At : unsigned char { streaming, completed, ended, nowhere };

  void begin_frame();
  Next take_payload();
  Next take_prelude(std::string_view piece);
  Next tell_head();
  Next pass(std::string_view piece);
  Next end_frame();
  Next complete();
  Next broken(Outcome outcome, std::string_view detail);

  event_stream::Reader reader_;
  At at_ = At::streaming;
  Frame frame_ = Frame::unknown;
  bool has_prelude_;
  bool is_head_request_;
  bool head_told_ = false;
  bool passes_body_ = true;
  AnswerHead head_;
  std::string prelude_;
  std::string completion_;
  std::string_view after_head_;  // what came behind the head in the same piece
  std::string_view body_;
  Outcome outcome_ = Outcome::ok;
  std::string detail_;
};

}  // namespace weir::lambda
