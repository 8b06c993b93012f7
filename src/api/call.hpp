// call.hpp: the calls of the API, one function each. answer.cpp has the table that leads to them.
#pragma once

#include "api/given_key.hpp"
#include "api/problem.hpp"
#include "api/request.hpp"
#include "api/service.hpp"

#include <span>
#include <string>
#include <string_view>

namespace weir::api {

struct Call {
  const Service& service;
  const Request& request;
  std::span<const std::string> names;  // what stands for the {names} of its path, decoded
  std::string_view query;
};

// limit.cpp
[[nodiscard]] Response decide(const Call& call);
// keys.cpp; a key is in the path or in the query
[[nodiscard]] Response remaining(const Call& call);
[[nodiscard]] Response reset_key(const Call& call);
[[nodiscard]] Response reset_limit(const Call& call);
// rates.cpp
[[nodiscard]] Response list_limits(const Call& call);
[[nodiscard]] Response rate(const Call& call);
[[nodiscard]] Response set_rate(const Call& call);
[[nodiscard]] Response clear_rate(const Call& call);
// denials.cpp
[[nodiscard]] Response list_denied(const Call& call);
[[nodiscard]] Response deny(const Call& call);
[[nodiscard]] Response undeny(const Call& call);
// reservations.cpp
[[nodiscard]] Response reserve(const Call& call);
[[nodiscard]] Response settle(const Call& call);
[[nodiscard]] Response release(const Call& call);
// analytics.cpp
[[nodiscard]] Response analytics_usage(const Call& call);
[[nodiscard]] Response analytics_top(const Call& call);
[[nodiscard]] Response analytics_tokens(const Call& call);
[[nodiscard]] Response analytics_lambda(const Call& call);
[[nodiscard]] Response analytics_stream(const Call& call);
// alerts.cpp
[[nodiscard]] Response send_sample(const Call& call);
// pages.cpp
[[nodiscard]] Response metrics_page(const Call& call);
[[nodiscard]] Response healthz(const Call& call);
[[nodiscard]] Response readyz(const Call& call);
[[nodiscard]] Response openapi(const Call& call);

// 404 when there is none.
[[nodiscard]] Result<NamedLimit> limit_named(const Service& service, std::string_view name);
// The path's {name}.
[[nodiscard]] Result<NamedLimit> limit_of(const Call& call);
// The path's {key}, or else the query's `key`.
[[nodiscard]] Result<GivenKey> key_of(const Call& call, const NamedLimit& limit);

[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response no_content();
[[nodiscard]] Response store_is_down();  // 503, to be tried again

}  // namespace weir::api
