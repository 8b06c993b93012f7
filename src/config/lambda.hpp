// lambda.hpp: what an upstream with `lambda` is: a function of AWS Lambda, called as API Gateway calls one.
#pragma once

#include "lambda/event/request.hpp"
#include "lambda/function.hpp"
#include "lambda/policy/concurrency.hpp"
#include "lambda/policy/reaction.hpp"
#include "lambda/policy/retry.hpp"

#include <string>

namespace weir::config {

struct Lambda {
  // Who signs. Both empty: whom AWS's usual chain finds.
  struct Credentials {
    std::string profile;   // a section of the files in ~/.aws
    std::string role_arn;  // assumed by that profile, or by whom the chain finds
  };
  // What events claim of the API that a request came through.
  struct Context {
    std::string stage;
    std::string api_id;
    std::string account_id;  // unless given, the ARN's
  };

  lambda::Function function;  // its region is `region`
  std::string region;         // never empty
  lambda::Payload payload = lambda::Payload::v2;
  lambda::Invocation invoke = lambda::Invocation::buffered;
  lambda::ErrorPolicy errors;
  lambda::RetryPolicy retry;
  lambda::Concurrency::Settings concurrency;
  Credentials credentials;
  Context context;
};

}  // namespace weir::config
