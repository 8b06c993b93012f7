// recorded_invokes.hpp: written by recorded_invokes.py with botocore 1.44.5; do not edit.
#pragma once

#include <string_view>

namespace weir::lambda {

struct RecordedInvoke {
  std::string_view function;
  std::string_view qualifier;
  std::string_view buffered;
  std::string_view streamed;
};

// clang-format off
inline constexpr RecordedInvoke recorded_invokes[] = {
  {"orders", "", "/2015-03-31/functions/orders/invocations", "/2021-11-15/functions/orders/response-streaming-invocations"},
  {"orders", "live", "/2015-03-31/functions/orders/invocations?Qualifier=live", "/2021-11-15/functions/orders/response-streaming-invocations?Qualifier=live"},
  {"orders", "$LATEST", "/2015-03-31/functions/orders/invocations?Qualifier=%24LATEST", "/2021-11-15/functions/orders/response-streaming-invocations?Qualifier=%24LATEST"},
  {"orders", "12", "/2015-03-31/functions/orders/invocations?Qualifier=12", "/2021-11-15/functions/orders/response-streaming-invocations?Qualifier=12"},
  {"my-function_2", "", "/2015-03-31/functions/my-function_2/invocations", "/2021-11-15/functions/my-function_2/response-streaming-invocations"},
  {"my-function_2", "live", "/2015-03-31/functions/my-function_2/invocations?Qualifier=live", "/2021-11-15/functions/my-function_2/response-streaming-invocations?Qualifier=live"},
  {"my-function_2", "$LATEST", "/2015-03-31/functions/my-function_2/invocations?Qualifier=%24LATEST", "/2021-11-15/functions/my-function_2/response-streaming-invocations?Qualifier=%24LATEST"},
  {"my-function_2", "12", "/2015-03-31/functions/my-function_2/invocations?Qualifier=12", "/2021-11-15/functions/my-function_2/response-streaming-invocations?Qualifier=12"},
  {"arn:aws:lambda:us-east-1:123456789012:function:orders", "", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders/invocations", "/2021-11-15/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders/response-streaming-invocations"},
  {"arn:aws:lambda:us-east-1:123456789012:function:orders", "live", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders/invocations?Qualifier=live", "/2021-11-15/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders/response-streaming-invocations?Qualifier=live"},
  {"arn:aws:lambda:us-east-1:123456789012:function:orders", "$LATEST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders/invocations?Qualifier=%24LATEST", "/2021-11-15/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders/response-streaming-invocations?Qualifier=%24LATEST"},
  {"arn:aws:lambda:us-east-1:123456789012:function:orders", "12", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders/invocations?Qualifier=12", "/2021-11-15/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders/response-streaming-invocations?Qualifier=12"},
  {"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:a", "", "/2015-03-31/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Aa/invocations", "/2021-11-15/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Aa/response-streaming-invocations"},
  {"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:a", "live", "/2015-03-31/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Aa/invocations?Qualifier=live", "/2021-11-15/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Aa/response-streaming-invocations?Qualifier=live"},
  {"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:a", "$LATEST", "/2015-03-31/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Aa/invocations?Qualifier=%24LATEST", "/2021-11-15/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Aa/response-streaming-invocations?Qualifier=%24LATEST"},
  {"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:a", "12", "/2015-03-31/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Aa/invocations?Qualifier=12", "/2021-11-15/functions/arn%3Aaws-us-gov%3Alambda%3Aus-gov-west-1%3A123456789012%3Afunction%3Aa/response-streaming-invocations?Qualifier=12"},
  {"123456789012:function:orders", "", "/2015-03-31/functions/123456789012%3Afunction%3Aorders/invocations", "/2021-11-15/functions/123456789012%3Afunction%3Aorders/response-streaming-invocations"},
  {"123456789012:function:orders", "live", "/2015-03-31/functions/123456789012%3Afunction%3Aorders/invocations?Qualifier=live", "/2021-11-15/functions/123456789012%3Afunction%3Aorders/response-streaming-invocations?Qualifier=live"},
  {"123456789012:function:orders", "$LATEST", "/2015-03-31/functions/123456789012%3Afunction%3Aorders/invocations?Qualifier=%24LATEST", "/2021-11-15/functions/123456789012%3Afunction%3Aorders/response-streaming-invocations?Qualifier=%24LATEST"},
  {"123456789012:function:orders", "12", "/2015-03-31/functions/123456789012%3Afunction%3Aorders/invocations?Qualifier=12", "/2021-11-15/functions/123456789012%3Afunction%3Aorders/response-streaming-invocations?Qualifier=12"},
};
// clang-format on

struct RecordedHost {
  std::string_view region;
  std::string_view host;
};

inline constexpr RecordedHost recorded_hosts[] = {
    {"us-east-1", "lambda.us-east-1.amazonaws.com"},
    {"eu-central-1", "lambda.eu-central-1.amazonaws.com"},
    {"us-gov-west-1", "lambda.us-gov-west-1.amazonaws.com"},
    {"cn-north-1", "lambda.cn-north-1.amazonaws.com.cn"},
    {"eusc-de-east-1", "lambda.eusc-de-east-1.amazonaws.eu"},
    {"us-iso-east-1", "lambda.us-iso-east-1.c2s.ic.gov"},
    {"us-isob-east-1", "lambda.us-isob-east-1.sc2s.sgov.gov"},
    {"eu-isoe-west-1", "lambda.eu-isoe-west-1.cloud.adc-e.uk"},
    {"us-isof-south-1", "lambda.us-isof-south-1.csp.hci.ic.gov"},
};

}  // namespace weir::lambda
