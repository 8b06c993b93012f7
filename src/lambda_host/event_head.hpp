// event_head.hpp: an answer of GET invocation/next as the invocation that it is.
#pragma once

#include <weir/lambda.hpp>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <expected>
#include <string>

namespace weir::lambda_host {

using NextAnswer = boost::beast::http::response<boost::beast::http::string_body>;

// The longest that Lambda lets a function run: the deadline of who is told none.
inline constexpr std::chrono::minutes longest_invocation{15};

// The error is a sentence: what is wrong with it, so that there is no invocation to answer.
[[nodiscard]] std::expected<lambda::Event, std::string> event_of(NextAnswer answer,
                                                                 std::chrono::system_clock::time_point now);

}  // namespace weir::lambda_host
