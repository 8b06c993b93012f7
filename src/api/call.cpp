#include "api/call.hpp"

#include "api/target.hpp"
#include "config/shown.hpp"

#include <utility>

namespace weir::api {

Result<NamedLimit> limit_named(const Service& service, std::string_view name) {
  if (const auto limit = service.find(name)) return *limit;
  return refuse(404, "No limit is named " + config::in_quotes(name) + ".");
}

Result<NamedLimit> limit_of(const Call& call) { return limit_named(call.service, call.names.front()); }

Result<GivenKey> key_of(const Call& call, const NamedLimit& limit) {
  if (call.names.size() > 1) return key_of(call.names[1], *limit.config);
  auto values = query_values(call.query, "key");
  if (!values) return refuse(400, "A % in the query is not followed by two hexadecimal digits.");
  if (values->size() != 1) return refuse(400, "One key must be named: in the path, or as ?key=.");
  return key_of(std::move(values->front()), *limit.config);
}

Response json_response(int status, std::string body) {
  return {.status = status, .content_type = json_type, .body = std::move(body)};
}

Response no_content() { return {.status = 204}; }

Response store_is_down() {
  Response response = problem(503, "The store does not answer; retry later.");
  response.headers.push_back({"retry-after", "1"});
  return response;
}

}  // namespace weir::api
