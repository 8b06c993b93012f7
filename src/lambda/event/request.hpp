// request.hpp: a client's request and the surroundings it claims, as events are built from them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lambda/field.hpp"

namespace weir::lambda {

enum class Payload : unsigned char { v1, v2, alb, raw };

struct Request {
  std::string_view method = {};
  std::string_view path = {};               // as received: encoded, without the query
  std::string_view query = {};              // as received, without the ?
  std::span<const FieldView> headers = {};  // in order, repeated ones too
  std::string_view host = {};               // as received
  std::string_view protocol = "HTTP/1.1";
  std::string_view client_address = {};
  std::string_view id = {};
  std::int64_t unix_ms = 0;
};

// What the function may look for in an event of API Gateway or a load balancer; "" is fine.
struct Context {
  std::string_view stage = {};
  std::string_view api_id = {};
  std::string_view account_id = {};
  std::string_view target_group_arn = {};
};

}  // namespace weir::lambda
