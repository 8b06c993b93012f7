// alb.cpp: the event of an Application Load Balancer's target group. Neither the path nor the query is decoded. A load
// balancer sends single values or lists, as its target group is set; here both are there, so that either reader is
// served.
#include "lambda/event/head.hpp"
#include "lambda/event/json_writer.hpp"
#include "lambda/event/values.hpp"

namespace weir::lambda {

void write_alb_head(std::string& out, const Request& request, const Context& context) {
  AllValues headers = header_values(request);
  for (Values& each : headers) each.name = lower_case(each.name);
  const AllValues query = query_values(request.query, false);
  JsonWriter json(out);
  json.open('{').key("requestContext").open('{').key("elb").open('{');
  json.member("targetGroupArn", context.target_group_arn).close('}').close('}');
  json.member("httpMethod", request.method).member("path", request.path);
  write_last_values(json.key("queryStringParameters"), query);
  write_lists(json.key("multiValueQueryStringParameters"), query);
  write_last_values(json.key("headers"), headers);
  write_lists(json.key("multiValueHeaders"), headers);
}

}  // namespace weir::lambda
