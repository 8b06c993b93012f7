#include "lambda/event/event.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "lambda/event/head.hpp"
#include "random/seed.hpp"
#include "random_text.hpp"

namespace weir::lambda {
namespace {

namespace json = boost::json;

constexpr std::size_t no_bound = 64U << 20;

// A request with a bit of everything.
struct AnOrder {
  std::vector<FieldView> headers = {{"Accept", "a"},
                                    {"x-many", "1"},
                                    {"X-Many", "2"},
                                    {"user-agent", "curl/8"},
                                    {"cookie", "a=1; b=2"},
                                    {"cookie", "c=\"3\""},
                                    {"authorization", "Bearer of-the-client"},
                                    {"x-amz-date", "of the client"},
                                    {"connection", "close, x-many"},
                                    {"x-envoy-internal", "true"}};
  Request request{.method = "POST",
                  .path = "/a%20b/%C3%A9/..%2Fc",
                  .query = "q=1&q=a%20b+c&empty=&none&&%26=%3D",
                  .headers = headers,
                  .host = "api.example.com:8443",
                  .protocol = "HTTP/2",
                  .client_address = "2001:db8::1",
                  .id = "id-1",
                  .unix_ms = 1'428'582'896'789};
  Context context{.stage = "prod", .api_id = "api", .account_id = "123456789012", .target_group_arn = "arn:group"};

  AnOrder() = default;
  AnOrder(const AnOrder&) = delete;
  AnOrder& operator=(const AnOrder&) = delete;

  void of_type(std::string_view type) {
    headers.push_back({"content-type", type});
    request.headers = headers;
  }

  [[nodiscard]] std::optional<std::string> built(Payload payload, std::string_view body = {},
                                                 std::size_t bound = no_bound, std::size_t piece = 1000) const {
    EventBuilder event(payload, request, context, bound, body.size());
    for (; !body.empty(); body.remove_prefix(std::min(piece, body.size()))) event.append(body.substr(0, piece));
    return std::move(event).finish();
  }
  [[nodiscard]] json::object event(Payload payload, std::string_view body = {}) const {
    return json::parse(built(payload, body).value()).as_object();
  }
};

json::value parsed(std::string_view text) { return json::parse(text); }

TEST(EventV1, IsThatOfARestApi) {
  EXPECT_EQ(AnOrder().event(Payload::v1), parsed(R"({
    "version": "1.0", "resource": "/{proxy+}", "path": "/a%20b/%C3%A9/..%2Fc", "httpMethod": "POST",
    "headers": {"Accept": "a", "x-many": "2", "user-agent": "curl/8", "cookie": "c=\"3\"", "authorization": "Bearer of-the-client",
                "x-amz-date": "of the client", "host": "api.example.com:8443"},
    "multiValueHeaders": {"Accept": ["a"], "x-many": ["1", "2"], "user-agent": ["curl/8"], "cookie": ["a=1; b=2", "c=\"3\""],
                "authorization": ["Bearer of-the-client"], "x-amz-date": ["of the client"], "host": ["api.example.com:8443"]},
    "queryStringParameters": {"q": "a b c", "empty": "", "none": "", "&": "="},
    "multiValueQueryStringParameters": {"q": ["1", "a b c"], "empty": [""], "none": [""], "&": ["="]},
    "requestContext": {
      "accountId": "123456789012", "apiId": "api", "domainName": "api.example.com:8443", "domainPrefix": "api",
      "extendedRequestId": "id-1", "httpMethod": "POST",
      "identity": {"sourceIp": "2001:db8::1", "userAgent": "curl/8", "accessKey": null, "accountId": null, "caller": null,
                   "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null, "cognitoIdentityId": null,
                   "cognitoIdentityPoolId": null, "principalOrgId": null, "user": null, "userArn": null},
      "path": "/prod/a%20b/%C3%A9/..%2Fc", "protocol": "HTTP/2", "requestId": "id-1", "requestTime": "09/Apr/2015:12:34:56 +0000",
      "requestTimeEpoch": 1428582896789, "resourceId": "/{proxy+}", "resourcePath": "/{proxy+}", "stage": "prod"},
    "pathParameters": {"proxy": "a b/é/../c"}, "stageVariables": null, "body": null, "isBase64Encoded": false})"));
}

TEST(EventV1, HasNullsWhereThereIsNothing) {
  AnOrder order;
  order.request = {.method = "GET", .path = "/"};
  const json::object event = order.event(Payload::v1);
  for (const char* name :
       {"queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "body"}) {
    EXPECT_TRUE(event.at(name).is_null()) << name;
  }
  EXPECT_EQ(event.at("resource"), "/");
  EXPECT_TRUE(event.at("requestContext").at("identity").at("userAgent").is_null());
}

TEST(EventV1, HasNoStageInItsPathWithoutOne) {
  AnOrder order;
  order.context.stage = "";
  const json::object event = order.event(Payload::v1);
  EXPECT_EQ(event.at("requestContext").at("stage"), "$default");
  EXPECT_EQ(event.at("requestContext").at("path"), "/a%20b/%C3%A9/..%2Fc");
}

TEST(EventV2, IsThatOfAnHttpApi) {
  EXPECT_EQ(AnOrder().event(Payload::v2, "text"), parsed(R"({
    "version": "2.0", "routeKey": "$default", "rawPath": "/a%20b/%C3%A9/..%2Fc",
    "rawQueryString": "q=1&q=a%20b+c&empty=&none&&%26=%3D", "cookies": ["a=1", "b=2", "c=\"3\""],
    "headers": {"accept": "a", "x-many": "1,2", "user-agent": "curl/8", "authorization": "Bearer of-the-client",
                "x-amz-date": "of the client", "host": "api.example.com:8443"},
    "queryStringParameters": {"q": "1,a b c", "empty": "", "none": "", "&": "="},
    "requestContext": {
      "accountId": "123456789012", "apiId": "api", "domainName": "api.example.com:8443", "domainPrefix": "api",
      "http": {"method": "POST", "path": "/a%20b/%C3%A9/..%2Fc", "protocol": "HTTP/2", "sourceIp": "2001:db8::1", "userAgent": "curl/8"},
      "requestId": "id-1", "routeKey": "$default", "stage": "prod", "time": "09/Apr/2015:12:34:56 +0000", "timeEpoch": 1428582896789},
    "body": "text", "isBase64Encoded": false})"));
}

TEST(EventV2, LeavesOutWhatIsNotThere) {
  AnOrder order;
  order.request = {.method = "GET", .path = "/"};
  const json::object event = order.event(Payload::v2);
  for (const char* name : {"cookies", "queryStringParameters", "body"}) EXPECT_FALSE(event.contains(name)) << name;
  EXPECT_EQ(event.at("rawQueryString"), "");
  EXPECT_EQ(event.at("isBase64Encoded"), false);
}

TEST(EventAlb, IsThatOfALoadBalancer) {
  EXPECT_EQ(AnOrder().event(Payload::alb), parsed(R"({
    "requestContext": {"elb": {"targetGroupArn": "arn:group"}}, "httpMethod": "POST", "path": "/a%20b/%C3%A9/..%2Fc",
    "queryStringParameters": {"q": "a%20b+c", "empty": "", "none": "", "%26": "%3D"},
    "multiValueQueryStringParameters": {"q": ["1", "a%20b+c"], "empty": [""], "none": [""], "%26": ["%3D"]},
    "headers": {"accept": "a", "x-many": "2", "user-agent": "curl/8", "cookie": "c=\"3\"", "authorization": "Bearer of-the-client",
                "x-amz-date": "of the client", "host": "api.example.com:8443"},
    "multiValueHeaders": {"accept": ["a"], "x-many": ["1", "2"], "user-agent": ["curl/8"], "cookie": ["a=1; b=2", "c=\"3\""],
                "authorization": ["Bearer of-the-client"], "x-amz-date": ["of the client"], "host": ["api.example.com:8443"]},
    "body": "", "isBase64Encoded": false})"));
}

TEST(EventRaw, IsTheBody) {
  EXPECT_EQ(AnOrder().built(Payload::raw, "[1, \"two\"]"), "[1, \"two\"]");
  EXPECT_EQ(AnOrder().built(Payload::raw), "{}");
}

TEST(EventBody, OfTextStaysText) {
  for (const char* type : {"", "text/plain", "Text/HTML; charset=utf-8", "application/json", "application/problem+json",
                           "image/svg+xml", "application/x-www-form-urlencoded", "application/xml;a=b"}) {
    AnOrder order;
    order.of_type(type);
    const json::object event = order.event(Payload::v2, "a\"\\\n\té😀");
    EXPECT_EQ(event.at("body"), "a\"\\\n\té😀") << type;
    EXPECT_EQ(event.at("isBase64Encoded"), false) << type;
  }
}

TEST(EventBody, OfAnythingElseIsBase64) {
  for (const char* type :
       {"application/octet-stream", "image/png", "multipart/form-data; boundary=x", "application/grpc"}) {
    AnOrder order;
    order.of_type(type);
    const json::object event = order.event(Payload::v1, "text");
    EXPECT_EQ(event.at("body"), "dGV4dA==") << type;
    EXPECT_EQ(event.at("isBase64Encoded"), true) << type;
  }
}

TEST(EventBody, WithAContentEncodingIsBase64) {
  AnOrder order;
  order.headers.push_back({"content-encoding", "gzip"});
  order.of_type("application/json");
  EXPECT_EQ(order.event(Payload::alb, "{}").at("isBase64Encoded"), true);
}

TEST(EventBody, KeepsEveryByteOfTextThatIsNoUtf8) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  for (int round = 0; round < 200; ++round) {
    const std::string body = random_text(chance, 40) + random_bytes(chance, 6) + random_text(chance, 10);
    const AnOrder order;
    const auto built = order.built(Payload::v2, body, no_bound, 1 + chance() % 30);
    EXPECT_EQ(built, order.built(Payload::v2, body)) << "the same, however it is cut";
    const json::object event = json::parse(built.value()).as_object();
    if (body.empty()) continue;
    std::string read(event.at("body").as_string());
    if (event.at("isBase64Encoded").as_bool()) read.resize(decode_base64_in_place(read.data(), read.size()).value());
    EXPECT_EQ(read, body) << testing::PrintToString(body);
  }
}

TEST(EventBody, ThatEndsWithinACharacterIsBase64) {
  EXPECT_EQ(AnOrder().event(Payload::v2, "a\xE2\x82").at("body"), "YeKC");
}

TEST(Event, HasABound) {
  const AnOrder order;
  for (const Payload payload : {Payload::v1, Payload::v2, Payload::alb, Payload::raw}) {
    const std::string body(300'000, '\n');
    const std::size_t size = order.built(payload, body).value().size();
    EXPECT_TRUE(order.built(payload, body, size));
    EXPECT_FALSE(order.built(payload, body, size - 1)) << "of the event as built, escapes counted";
  }
}

TEST(Event, ThatIsTooLargeSaysSoAndKeepsNothing) {
  EventBuilder event(Payload::v2, AnOrder().request, {}, 10'000);
  EXPECT_TRUE(event.append(std::string(5'000, 'a')));
  EXPECT_FALSE(event.append(std::string(50'000'000, 'a')));
  EXPECT_FALSE(event.append("a"));
  EXPECT_EQ(event.size(), 0U);
  EXPECT_FALSE(std::move(event).finish());
}

TEST(Event, OfHeadersAloneCanBeTooLarge) { EXPECT_FALSE(AnOrder().built(Payload::v2, "", 100)); }

TEST(Event, IsJsonWhateverTheRequestHolds) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> parts;
    for (int part = 0; part < 12; ++part) parts.push_back(random_bytes(chance, 20));
    const std::vector<FieldView> headers = {{parts[0], parts[1]}, {parts[2], parts[3]}, {"cookie", parts[4]}};
    AnOrder order;
    order.request = {.method = parts[5],
                     .path = parts[6],
                     .query = parts[7],
                     .headers = headers,
                     .host = parts[8],
                     .client_address = parts[9],
                     .id = parts[10]};
    for (const Payload payload : {Payload::v1, Payload::v2, Payload::alb}) {
      EXPECT_NO_THROW(json::parse(order.built(payload, parts[11]).value()));
    }
  }
}

TEST(Event, OfManyQueryParametersIsBuiltInOnePass) {
  std::string query;
  for (int number = 0; number < 20'000; ++number) query += "k" + std::to_string(number) + "&";
  AnOrder order;
  order.request.query = query;
  EXPECT_EQ(order.event(Payload::v1).at("queryStringParameters").as_object().size(), 20'000U);
}

TEST(CommonLogTime, HasTwoDigitsEach) {
  EXPECT_EQ(common_log_time(0), "01/Jan/1970:00:00:00 +0000");
  EXPECT_EQ(common_log_time(1'709'251'199'999), "29/Feb/2024:23:59:59 +0000");
}

}  // namespace
}  // namespace weir::lambda
