// request.hpp: an HTTP request as the API sees it, and its answer. No sockets, no Envoy.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::api {

inline constexpr std::size_t max_body = 1024 * 1024;  // bytes of a request's

// Views of whoever has the connection; empty where the request has no such header.
struct Request {
  std::string_view method;
  std::string_view target;  // path and query as they were sent: nothing decoded, nothing normalised
  std::string_view host;    // Host, or HTTP/2's :authority
  std::string_view authorization{};
  std::string_view origin{};
  std::string_view fetch_site{};  // Sec-Fetch-Site
  std::string_view fetch_mode{};  // Sec-Fetch-Mode
  std::string_view content_type{};
  std::string_view body{};
};

class Service;

struct Header {
  std::string_view name;
  std::string value;
};

struct Response {
  int status = 200;
  std::string_view content_type{};  // empty: no body
  std::string body{};
  std::vector<Header> headers{};  // others
  // Set: the answer has no end, `body` is its beginning, and once a second this tells what comes next. One at a time.
  std::function<std::string(const Service&)> more{};
};

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view problem_type = "application/problem+json";

}  // namespace weir::api
