#include "lambda/answer/answer.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <random>
#include <string>

#include "lambda/text/base64.hpp"
#include "random/seed.hpp"
#include "random_text.hpp"

namespace weir::lambda {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

Answer answer_of(Payload payload, std::string_view output, std::string_view method = "GET") {
  auto answer = unwrap(payload, std::string(output), method);
  EXPECT_TRUE(answer) << output << ": " << describe(answer.error());
  return answer.value_or(Answer{});
}

// "" when it is an answer.
std::string_view fault_of(Payload payload, std::string_view output) {
  const auto answer = unwrap(payload, std::string(output), "GET");
  return answer ? "" : describe(answer.error());
}

constexpr Payload proxies[] = {Payload::v1, Payload::v2, Payload::alb, Payload::raw};
constexpr Payload strict[] = {Payload::v1, Payload::alb};

TEST(Answer, HasStatusHeadersAndBody) {
  for (const Payload payload : proxies) {
    const Answer answer =
        answer_of(payload, R"({"statusCode":201,"headers":{"Content-Type":"text/html","X-A":"1"},"body":"<p>é\n"})");
    EXPECT_EQ(answer.head.status, 201);
    EXPECT_THAT(answer.head.headers, ElementsAre(Field{"content-type", "text/html"}, Field{"x-a", "1"}));
    EXPECT_EQ(answer.body, "<p>é\n");
  }
}

TEST(Answer, MayComeInAnyOrderWithMoreBesideIt) {
  const Answer answer = answer_of(
      Payload::v1,
      R"({"body":"b","more":{"statusCode":500},"isBase64Encoded":false,"headers":null,"multiValueHeaders":null,"statusCode":200})");
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.body, "b");
}

TEST(Answer, TakesAMemberAsItWasWrittenLast) {
  const Answer answer =
      answer_of(Payload::v2, R"({"statusCode":"x","headers":5,"body":{},"body":"b","headers":{},"statusCode":202})");
  EXPECT_EQ(answer.head.status, 202);
  EXPECT_EQ(answer.body, "b");
}

TEST(Answer, WithoutABodyIsEmpty) {
  for (const Payload payload : proxies) {
    EXPECT_EQ(answer_of(payload, R"({"statusCode":200})").body, "");
    EXPECT_EQ(answer_of(payload, R"({"statusCode":200,"body":null})").body, "");
  }
}

TEST(Answer, HasAContentTypeAsItsServiceGivesOne) {
  const std::string_view output = R"({"statusCode":200,"body":"b"})";
  EXPECT_THAT(answer_of(Payload::v1, output).head.headers, ElementsAre(Field{"content-type", "application/json"}));
  EXPECT_THAT(answer_of(Payload::v2, output).head.headers,
              ElementsAre(Field{"content-type", "text/plain; charset=utf-8"}));
  EXPECT_THAT(answer_of(Payload::alb, output).head.headers,
              ElementsAre(Field{"content-type", "application/octet-stream"}));
}

TEST(Answer, ToHeadOr204Or304HasNoBody) {
  EXPECT_EQ(answer_of(Payload::v2, R"({"statusCode":200,"body":"b"})", "HEAD").body, "");
  for (const char* status : {"204", "304"}) {
    const Answer answer = answer_of(Payload::v1, std::string(R"({"statusCode":)") + status + R"(,"body":"b"})");
    EXPECT_EQ(answer.body, "");
    EXPECT_THAT(answer.head.headers, IsEmpty());
  }
}

TEST(Answer, MergesSingleAndMultipleValues) {
  for (const Payload payload : strict) {
    const Answer answer = answer_of(payload, R"({"statusCode":200,"headers":{"A":"1","B":"2","C":"only"},
        "multiValueHeaders":{"a":["1","3"],"b":["4"],"content-type":["t"]}})");
    EXPECT_THAT(answer.head.headers,
                UnorderedElementsAre(Field{"a", "1"}, Field{"a", "3"}, Field{"b", "2"}, Field{"b", "4"},
                                     Field{"c", "only"}, Field{"content-type", "t"}));
  }
}

TEST(Answer, WritesNumbersAndBooleansAsHeaders) {
  const Answer answer =
      answer_of(Payload::v1, R"({"statusCode":200,"headers":{"a":5,"b":true,"c":null,"d":1.50,"content-type":"t"}})");
  EXPECT_THAT(answer.head.headers,
              ElementsAre(Field{"a", "5"}, Field{"b", "true"}, Field{"d", "1.50"}, Field{"content-type", "t"}));
}

TEST(Answer, V2DoesNotKnowMultiValueHeadersNorV1Cookies) {
  EXPECT_THAT(answer_of(Payload::v2, R"({"statusCode":200,"multiValueHeaders":{"a":["1"]}})").head.headers,
              Not(Contains(Field{"a", "1"})));
  EXPECT_THAT(answer_of(Payload::v1, R"({"statusCode":200,"cookies":["a=1"]})").head.headers,
              Not(Contains(Field{"set-cookie", "a=1"})));
}

TEST(Answer, DropsWhatBelongsToTheConnection) {
  const Answer answer =
      answer_of(Payload::v2, R"({"statusCode":200,"headers":{"Connection":"close, X-Private","Keep-Alive":"1",
      "Transfer-Encoding":"chunked","Upgrade":"h2c","TE":"trailers","Trailer":"x","Proxy-Connection":"a","Content-Length":"9999",
      "x-private":"a","content-type":"t"}})");
  EXPECT_THAT(answer.head.headers, ElementsAre(Field{"content-type", "t"}));
}

TEST(Answer, CannotGiveEnvoyOrdersNorClaimAThrottle) {
  const Answer answer =
      answer_of(Payload::v2, R"({"statusCode":200,"headers":{"X-Envoy-Immediate-Health-Check-Fail":"1",
      "x-envoy-lambda-statuscode":"429","x-weir-lambda-reason":"Shed","content-type":"t"}})");
  EXPECT_THAT(answer.head.headers, ElementsAre(Field{"content-type", "t"}));
}

// Malformed answers: 502.

TEST(MalformedAnswer, IsAnythingButAnObjectInV1AndAlb) {
  for (const Payload payload : strict) {
    for (const char* output : {"[]", "\"text\"", "1", "null", "true", "[{\"statusCode\":200}]"}) {
      EXPECT_EQ(fault_of(payload, output), describe(Malformed::no_object)) << output;
    }
  }
}

TEST(MalformedAnswer, IsWhatIsNoJson) {
  for (const Payload payload : proxies) {
    for (const char* output : {"", " ", "text", "{", "{\"statusCode\":200", "{\"statusCode\":200}}",
                               "{\"statusCode\":200,}", "\"", "<html>", "{\"statusCode\":200,\"body\":\"\xFF\"}",
                               "{\"statusCode\":200,\"body\":\"a\nb\"}", "{\"a\":\"\xED\xA0\x80\"}"}) {
      EXPECT_EQ(fault_of(payload, output), describe(Malformed::json)) << output;
    }
  }
}

TEST(MalformedAnswer, HasAStatusOutOfRangeOrOfAnotherType) {
  for (const Payload payload : proxies) {
    for (const char* status : {"0", "-1", "99", "100", "199", "600", "1000", "99999999999999999999", "200.5", "2e2",
                               "null", "\"200\"", "\"OK\"", "true", "[200]", "{}"}) {
      EXPECT_EQ(fault_of(payload, std::string(R"({"statusCode":)") + status + R"(,"body":"b"})"),
                describe(Malformed::status))
          << status;
    }
  }
}

TEST(MalformedAnswer, HasNoStatusInV1AndAlb) {
  for (const Payload payload : strict) {
    EXPECT_EQ(fault_of(payload, "{}"), describe(Malformed::status));
    EXPECT_EQ(fault_of(payload, R"({"body":"b","headers":{}})"), describe(Malformed::status));
  }
}

TEST(MalformedAnswer, HasHeadersOfAWrongType) {
  for (const char* headers : {R"("headers":[])", R"("headers":"a")", R"("headers":{"a":[]})", R"("headers":{"a":{}})",
                              R"("multiValueHeaders":[])", R"("multiValueHeaders":{"a":[[]]})"}) {
    EXPECT_EQ(fault_of(Payload::v1, std::string(R"({"statusCode":200,)") + headers + "}"), describe(Malformed::headers))
        << headers;
  }
  for (const char* cookies : {"{}", "\"a=1\"", "[1]", "[null]"}) {
    EXPECT_EQ(fault_of(Payload::v2, std::string(R"({"statusCode":200,"cookies":)") + cookies + "}"),
              describe(Malformed::headers))
        << cookies;
  }
}

TEST(MalformedAnswer, HasControlCharactersInItsHeaders) {
  for (const char* member :
       {R"("headers":{"a":"b\r\nset-cookie: c=d"})", R"("headers":{"a":"b\n"})", R"("headers":{"a":"\u0000"})",
        R"("headers":{"a\r\nb":"c"})", R"("headers":{"":"c"})", R"("headers":{":status":"200"})",
        R"("headers":{"a b":"c"})", R"("headers":{"connection":"x\r"})"}) {
    EXPECT_EQ(fault_of(Payload::v2, std::string(R"({"statusCode":200,)") + member + "}"),
              describe(Malformed::header_text))
        << member;
  }
  EXPECT_EQ(fault_of(Payload::v2, R"({"statusCode":200,"cookies":["a=1\r\nb: c"]})"), describe(Malformed::header_text));
  EXPECT_EQ(fault_of(Payload::v1, R"({"statusCode":200,"multiValueHeaders":{"a":["b","c\n"]}})"),
            describe(Malformed::header_text));
}

TEST(MalformedAnswer, HasMoreHeadersThanAClientTakes) {
  const std::string output = R"({"statusCode":200,"headers":{"a":")" + std::string(max_headers_size, 'b') + "\"}}";
  EXPECT_EQ(fault_of(Payload::v2, output), describe(Malformed::headers_size));
}

TEST(MalformedAnswer, HasABodyThatIsNoString) {
  for (const char* body : {"1", "{}", "[]", "true"}) {
    EXPECT_EQ(fault_of(Payload::v1, std::string(R"({"statusCode":200,"body":)") + body + "}"),
              describe(Malformed::body))
        << body;
  }
}

TEST(MalformedAnswer, ClaimsToBeBase64) {
  EXPECT_EQ(fault_of(Payload::v2, R"({"statusCode":200,"isBase64Encoded":true,"body":"no base64!"})"),
            describe(Malformed::base64));
  EXPECT_EQ(fault_of(Payload::v2, R"({"statusCode":200,"isBase64Encoded":"yes","body":"AA=="})"),
            describe(Malformed::base64));
}

// v2 without a status: the value is the body.

TEST(InferredAnswer, IsTheValueItself) {
  for (const char* output :
       {R"({"message":"hi"})", "[1,2]", "1", "null", "true", "{}", R"({"body":"b","headers":5})"}) {
    const Answer answer = answer_of(Payload::v2, std::string(" \n") + output + "\n");
    EXPECT_EQ(answer.head.status, 200);
    EXPECT_THAT(answer.head.headers, ElementsAre(Field{"content-type", "application/json"}));
    EXPECT_EQ(answer.body, output);
  }
}

TEST(InferredAnswer, OfAStringIsItsText) {
  EXPECT_EQ(answer_of(Payload::v2, R"("Hello \"you\" é")").body, "Hello \"you\" é");
}

TEST(RawAnswer, KeepsTheValueAsItIs) {
  EXPECT_EQ(answer_of(Payload::raw, R"("Hello")").body, R"("Hello")");
  EXPECT_EQ(answer_of(Payload::raw, R"({"a":1})").body, R"({"a":1})");
}

TEST(RawAnswer, UnderstandsEveryMember) {
  const Answer answer =
      answer_of(Payload::raw, R"({"statusCode":404,"cookies":["a=1"],"multiValueHeaders":{"b":["1","2"]}})");
  EXPECT_EQ(answer.head.status, 404);
  EXPECT_THAT(answer.head.headers, UnorderedElementsAre(Field{"set-cookie", "a=1"}, Field{"b", "1"}, Field{"b", "2"},
                                                        Field{"content-type", "application/json"}));
}

// What goes wrong elsewhere.

TEST(KgatewayDefect, BinaryBodyCutAtTheFirstNul) {
  EXPECT_EQ(answer_of(Payload::v1, R"({"statusCode":200,"isBase64Encoded":true,"body":"YQBiAP8="})").body,
            std::string_view("a\0b\0\xFF", 5));
  EXPECT_EQ(answer_of(Payload::v1, R"({"statusCode":200,"body":"a\u0000b"})").body, std::string_view("a\0b", 3));
}

TEST(KgatewayDefect, SeveralSetCookiesJoinedByCommas) {
  const Answer answer = answer_of(
      Payload::v1,
      R"({"statusCode":200,"multiValueHeaders":{"Set-Cookie":["a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT","b=2"]}})");
  EXPECT_THAT(answer.head.headers, Contains(Field{"set-cookie", "a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT"}));
  EXPECT_THAT(answer.head.headers, Contains(Field{"set-cookie", "b=2"}));
}

TEST(KgatewayDefect, CookiesIgnored) {
  const Answer answer =
      answer_of(Payload::v2, R"({"statusCode":200,"cookies":["a=1","b=2"],"headers":{"set-cookie":"c=3"}})");
  EXPECT_THAT(answer.head.headers,
              UnorderedElementsAre(Field{"set-cookie", "a=1"}, Field{"set-cookie", "b=2"}, Field{"set-cookie", "c=3"},
                                   Field{"content-type", "text/plain; charset=utf-8"}));
}

TEST(KgatewayDefect, NoObjectBecomes200WithAnEmptyObject) {
  EXPECT_EQ(fault_of(Payload::v1, "[1]"), describe(Malformed::no_object));
  EXPECT_EQ(answer_of(Payload::v2, "[1]").body, "[1]");
}

TEST(KgatewayDefect, StatusOutOfRange) {
  EXPECT_EQ(fault_of(Payload::v2, R"({"statusCode":42})"), describe(Malformed::status));
}

TEST(KgatewayDefect, HopByHopHeadersPassed) {
  EXPECT_THAT(answer_of(Payload::v2, R"({"statusCode":200,"headers":{"transfer-encoding":"chunked"}})").head.headers,
              Not(Contains(Field{"transfer-encoding", "chunked"})));
}

TEST(Answer, OfAnyBytesComesBack) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  for (int round = 0; round < 300; ++round) {
    const bool is_base64 = chance() % 2 == 0;
    std::string body = is_base64 ? random_bytes(chance, 400) : random_text(chance, 60);
    boost::json::object output{{"statusCode", 200 + chance() % 400}, {"isBase64Encoded", is_base64}};
    if (is_base64) {
      Base64Writer writer;
      std::string text;
      writer.append(text, body);
      writer.finish(text);
      output["body"] = text;
    } else {
      output["body"] = body;
    }
    const Answer answer = answer_of(proxies[chance() % 4], boost::json::serialize(output), "POST");
    const bool bodiless = answer.head.status == 204 || answer.head.status == 304;
    EXPECT_EQ(answer.body, bodiless ? "" : body);
  }
}

TEST(Answer, OfSixMegabytesIsNoOther) {
  const std::string body(6U << 20, 'b');
  EXPECT_EQ(
      answer_of(Payload::v2, boost::json::serialize(boost::json::object{{"statusCode", 200}, {"body", body}})).body,
      body);
}

}  // namespace
}  // namespace weir::lambda
