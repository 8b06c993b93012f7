// answer.hpp: what a function put out as the answer that a client gets, as API Gateway and load balancers make it.
//
// The output comes whole and is taken apart in its own memory: the body is unescaped and decoded where it lies, and is
// the same string that came in. 6 MB is Lambda's own bound.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "lambda/event/request.hpp"
#include "lambda/field.hpp"

namespace weir::lambda {

struct AnswerHead {
  int status = 200;
  Fields headers;  // names in lower case; several set-cookie are several fields; no content-length
};

struct Answer {
  AnswerHead head;
  std::string body;
};

// Why an output is no answer; a client gets 502.
enum class Malformed : unsigned char {
  json,          // it is none, or nested too deeply
  no_object,     // v1 and alb want one
  status,        // missing, no integer, or not in 200 to 599
  headers,       // no object, or a value that is no text
  header_text,   // a name that is no token, a value with control characters such as CR or LF
  headers_size,  // more than max_headers_size
  body,          // no string
  base64,        // isBase64Encoded, but it is none
  prelude,       // a streamed answer without the end of its head
};

[[nodiscard]] std::string_view describe(Malformed malformed) noexcept;

// Bytes of names and values, and 32 for each field (as RFC 9113, 6.5.2 counts).
inline constexpr std::size_t max_headers_size = 64U << 10;

// What `output` says, by the format of the event it answers. v2: JSON without statusCode is the body of a 200. raw: the
// same, but text in quotes keeps them, and all of statusCode, headers, multiValueHeaders and cookies are understood.
[[nodiscard]] std::expected<Answer, Malformed> unwrap(Payload payload, std::string output, std::string_view method);

// The head of a streamed answer: JSON as in an answer, without body; a missing statusCode is 200.
[[nodiscard]] std::expected<AnswerHead, Malformed> unwrap_prelude(std::string_view json);

// An answer to HEAD, a 204 or a 304 has none (RFC 9110, 6.4.1).
[[nodiscard]] constexpr bool has_body(std::string_view method, int status) noexcept {
  return method != "HEAD" && status != 204 && status != 304;
}

}  // namespace weir::lambda
