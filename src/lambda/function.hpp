// function.hpp: which function is meant, and the request that invokes it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "lambda/field.hpp"

namespace weir::lambda {

enum class Invocation : unsigned char { buffered, stream, event };

struct Function {
  std::string id = {};         // what stands in the path: an ARN without qualifier, or a name
  std::string name = {};       // for people and metrics
  std::string qualifier = {};  // a version or alias; "" for none
  std::string region = {};     // "" when a name alone was given
  std::string account = {};
  std::string partition = "aws";
  bool operator==(const Function&) const = default;
};

// An ARN (arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]), a partial one (ACCOUNT:function:NAME[:QUALIFIER])
// or NAME[:QUALIFIER]; the error says what is wrong.
[[nodiscard]] std::expected<Function, std::string> parse_function(std::string_view text);

// The host of Lambda's API in a region.
[[nodiscard]] std::string lambda_host(std::string_view region);

// With the query: /2015-03-31/functions/arn%3Aaws.../invocations?Qualifier=live
[[nodiscard]] std::string invoke_path(const Function& function, Invocation invocation);

// Every header of the invoke but :method (POST), :path, host and content-length, which the host of this room sets.
// Nothing of the client's request is among them, so that nothing of it is signed or read by AWS.
[[nodiscard]] Fields invoke_headers(Invocation invocation);

// The longest event that Lambda takes, in bytes.
[[nodiscard]] constexpr std::size_t max_event(Invocation invocation) noexcept {
  return invocation == Invocation::event ? 1U << 20 : 6U << 20;
}

}  // namespace weir::lambda
