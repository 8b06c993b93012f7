#include "lambda/function.hpp"

#include <gtest/gtest.h>

#include <string>

#include "recorded_invokes.hpp"

namespace weir::lambda {
namespace {

TEST(Function, IsInvokedWhereBotocoreInvokesIt) {
  for (const RecordedInvoke& recorded : recorded_invokes) {
    auto function = parse_function(recorded.function);
    ASSERT_TRUE(function) << recorded.function << ": " << function.error();
    function->qualifier = recorded.qualifier;
    EXPECT_EQ(invoke_path(*function, Invocation::buffered), recorded.buffered);
    EXPECT_EQ(invoke_path(*function, Invocation::event), recorded.buffered);
    EXPECT_EQ(invoke_path(*function, Invocation::stream), recorded.streamed);
  }
}

TEST(Function, LivesAtItsRegionsHost) {
  for (const RecordedHost& recorded : recorded_hosts) EXPECT_EQ(lambda_host(recorded.region), recorded.host);
}

TEST(Function, IsReadFromAnArn) {
  const Function expected{.id = "arn:aws:lambda:us-east-1:123456789012:function:orders",
                          .name = "orders",
                          .qualifier = "live",
                          .region = "us-east-1",
                          .account = "123456789012",
                          .partition = "aws"};
  EXPECT_EQ(parse_function("arn:aws:lambda:us-east-1:123456789012:function:orders:live"), expected);
}

TEST(Function, IsReadFromAName) {
  EXPECT_EQ(parse_function("orders"), (Function{.id = "orders", .name = "orders"}));
  EXPECT_EQ(parse_function("orders:$LATEST"), (Function{.id = "orders", .name = "orders", .qualifier = "$LATEST"}));
  EXPECT_EQ(
      parse_function("123456789012:function:orders:7"),
      (Function{.id = "123456789012:function:orders", .name = "orders", .qualifier = "7", .account = "123456789012"}));
}

TEST(Function, SaysWhatIsWrongWithItsName) {
  const std::pair<std::string_view, std::string_view> wrong[] = {
      {"", "a function's name"},
      {"two words", "a function's name"},
      {"a/../b", "a function's name"},
      {"orders:live:more", "its qualifier alone"},
      {"orders:", "a qualifier is"},
      {"orders:a b", "a qualifier is"},
      {"arn:aws:lambda", "seven parts"},
      {"arn:azure:lambda:us-east-1:123456789012:function:a", "partition"},
      {"arn:aws:s3:us-east-1:123456789012:function:a", "'lambda'"},
      {"arn:aws:lambda::123456789012:function:a", "region"},
      {"arn:aws:lambda:us-east-1:1234:function:a", "account"},
      {"arn:aws:lambda:us-east-1:123456789012:layer:a", "'function'"},
      {"12:function:a", "twelve digits"}};
  for (const auto& [text, part] : wrong) {
    const auto read = parse_function(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().find(part), std::string::npos) << text << ": " << read.error();
  }
}

TEST(Invoke, CarriesNothingOfTheClient) {
  EXPECT_EQ(invoke_headers(Invocation::buffered),
            (Fields{{"content-type", "application/json"}, {"x-amz-invocation-type", "RequestResponse"}}));
  EXPECT_EQ(invoke_headers(Invocation::event).back(), (Field{"x-amz-invocation-type", "Event"}));
}

}  // namespace
}  // namespace weir::lambda
