// v2.cpp: the event of an API Gateway HTTP API, payload format 2.0: lower-case header names, duplicates joined by
// commas, cookies in a list of their own, members without content left out. rawPath is as received.
#include "lambda/event/head.hpp"
#include "lambda/event/json_writer.hpp"
#include "lambda/event/values.hpp"

namespace weir::lambda {

namespace {

AllValues headers_without_cookies(const Request& request) {
  AllValues headers = header_values(request);
  std::erase_if(headers, [](const Values& each) { return same_name(each.name, "cookie"); });
  for (Values& each : headers) each.name = lower_case(each.name);
  return headers;
}

void write_context(JsonWriter& json, const Request& request, const Context& context) {
  json.key("requestContext").open('{');
  json.member("accountId", context.account_id).member("apiId", context.api_id);
  json.member("domainName", request.host).member("domainPrefix", first_label(request.host));
  json.key("http").open('{');
  json.member("method", request.method).member("path", request.path).member("protocol", request.protocol);
  json.member("sourceIp", request.client_address).member("userAgent", header_value(request, "user-agent"));
  json.close('}');
  json.member("requestId", request.id).member("routeKey", "$default");
  json.member("stage", context.stage.empty() ? default_stage : context.stage);
  json.member("time", common_log_time(request.unix_ms));
  json.key("timeEpoch").bare(std::to_string(request.unix_ms));
  json.close('}');
}

}  // namespace

void write_v2_head(std::string& out, const Request& request, const Context& context) {
  JsonWriter json(out);
  json.open('{').member("version", "2.0").member("routeKey", "$default");
  json.member("rawPath", request.path).member("rawQueryString", request.query);
  if (const std::vector<std::string> cookies = cookies_of(request); !cookies.empty()) {
    json.key("cookies").open('[');
    for (const std::string& cookie : cookies) json.text(cookie);
    json.close(']');
  }
  write_joined_values(json.key("headers"), headers_without_cookies(request));
  if (const AllValues query = query_values(request.query, true); !query.empty()) {
    write_joined_values(json.key("queryStringParameters"), query);
  }
  write_context(json, request, context);
}

}  // namespace weir::lambda
