// A client's request, as Envoy has it, in its function's event.
#include "gateway/lambda/client_event.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace weir::gateway {
namespace {

boost::json::value event_of(std::vector<HeaderField> headers, std::string_view address = "192.0.2.7:40000") {
  const std::vector<HeaderField> pseudo = {
      {":method", "GET"}, {":path", "/a%20b?x=1&y"}, {":authority", "shop.example"}, {":scheme", "https"}};
  headers.insert(headers.begin(), pseudo.begin(), pseudo.end());
  lambda::EventBuilder event = begin_event({}, {.headers = headers, .protocol = "HTTP/2", .client_address = address});
  return boost::json::parse(std::move(event).finish().value());
}

TEST(ClientEvent, HasTheTargetInItsTwoParts) {
  const auto event = event_of({});
  EXPECT_EQ(event.at("rawPath"), "/a%20b");
  EXPECT_EQ(event.at("rawQueryString"), "x=1&y");
  EXPECT_EQ(event.at_pointer("/requestContext/domainName"), "shop.example");
  EXPECT_EQ(event.at_pointer("/requestContext/http/protocol"), "HTTP/2");
}

TEST(ClientEvent, HasTheClientsAddressWithoutItsPort) {
  EXPECT_EQ(event_of({}).at_pointer("/requestContext/http/sourceIp"), "192.0.2.7");
  EXPECT_EQ(event_of({}, "[2001:db8::1]:443").at_pointer("/requestContext/http/sourceIp"), "2001:db8::1");
}

TEST(ClientEvent, HasNoHeaderByWhichWeirSpeaks) {
  const auto event = event_of({{"x-weir-lambda-retry", "1"}, {"x-envoy-lambda-statuscode", "429"}, {"x-mine", "1"}});
  EXPECT_TRUE(event.at("headers").as_object().contains("x-mine"));
  EXPECT_FALSE(event.at("headers").as_object().contains("x-weir-lambda-retry"));
  EXPECT_FALSE(event.at("headers").as_object().contains("x-envoy-lambda-statuscode"));
}

TEST(ClientEvent, HasAnIdOfItsOwn) {
  const std::string one(event_of({}).at_pointer("/requestContext/requestId").as_string());
  EXPECT_EQ(one.size(), 36U);
  EXPECT_EQ(one[14], '4');
  EXPECT_NE(one, std::string(event_of({}).at_pointer("/requestContext/requestId").as_string()));
}

}  // namespace
}  // namespace weir::gateway
