#include "lambda/answer/streamed.hpp"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

#include "random/seed.hpp"
#include "random_text.hpp"

namespace weir::lambda {
namespace {

using ::testing::ElementsAre;
using Next = StreamedAnswer::Next;

std::string frame(std::vector<event_stream::Header> headers, std::string_view payload) {
  std::string bytes;
  EXPECT_TRUE(event_stream::append_frame(bytes, headers, payload));
  return bytes;
}

std::string event(std::string_view type, std::string_view payload) {
  return frame({{":message-type", std::string_view("event")},
                {":event-type", type},
                {":content-type", std::string_view("application/octet-stream")}},
               payload);
}

std::string chunk(std::string_view payload) { return event("PayloadChunk", payload); }

std::string complete(std::string_view payload = R"({"ErrorCode":null,"ErrorDetails":null,"LogResult":null})") {
  return event("InvokeComplete", payload);
}

const std::string nuls(8, '\0');

struct Told {
  bool head = false;
  int status = 0;
  Fields headers;
  std::string body;
  bool ended = false;
  Outcome outcome = Outcome::ok;
  std::string detail;
  bool operator==(const Told&) const = default;
};

Told told(std::string_view bytes, std::string_view type = http_integration_type, std::size_t piece = 1U << 30,
          std::string_view method = "GET") {
  StreamedAnswer answer(type, method);
  Told all;
  const auto take = [&](Next next) {
    if (next == Next::head) {
      EXPECT_FALSE(all.head) << "told once";
      EXPECT_EQ(all.body, "");
      all.head = true;
      all.status = answer.head().status;
      all.headers = answer.head().headers;
    }
    if (next == Next::body) {
      EXPECT_TRUE(all.head);
      all.body += answer.body();
    }
    all.ended |= next == Next::end;
  };
  while (!bytes.empty()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    Next next{};
    while ((next = answer.next(part)) != Next::starved && next != Next::broken) take(next);
    if (next == Next::broken) break;
  }
  const bool ended = all.ended;
  take(answer.finish());
  EXPECT_EQ(all.ended, ended) << "an end is told as soon as it is known";
  all.outcome = answer.outcome();
  all.detail = answer.detail();
  EXPECT_EQ(answer.head_told(), all.head);
  return all;
}

TEST(StreamedAnswer, HasAHeadBeforeItsBody) {
  const Told answer = told(
      chunk(R"({"statusCode":201,"headers":{"Content-Type":"text/html"},"cookies":["a=1","b=2"]})" + nuls + "first ") +
      chunk("second") + complete());
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.headers,
              ElementsAre(Field{"content-type", "text/html"}, Field{"set-cookie", "a=1"}, Field{"set-cookie", "b=2"}));
  EXPECT_EQ(answer.body, "first second");
  EXPECT_TRUE(answer.ended);
  EXPECT_EQ(answer.outcome, Outcome::ok);
}

TEST(StreamedAnswer, SaysTheSameHoweverItIsCut) {
  const std::string body = std::string("a\0\0\0\0\0\0\0\0b", 10) + "\xFF\xFE";
  const std::string head = R"({"statusCode":203,"multiValueHeaders":{"x":["1","2"]}})";
  const std::string stream = chunk(head.substr(0, 9)) + chunk(head.substr(9) + nuls.substr(0, 3)) +
                             event("Unheard", "of") + chunk(nuls.substr(3) + body) + chunk("") + chunk("end") +
                             complete();
  const Told whole = told(stream);
  EXPECT_EQ(whole.body, body + "end");
  EXPECT_TRUE(whole.ended);
  for (std::size_t piece = 1; piece < 90; ++piece)
    EXPECT_EQ(told(stream, http_integration_type, piece), whole) << piece;
}

TEST(StreamedAnswer, WithoutAHeadIs200OfItsType) {
  const Told answer = told(chunk(nuls + "{}") + complete(), "text/event-stream");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.headers, ElementsAre(Field{"content-type", "text/event-stream"}));
  EXPECT_EQ(answer.body, nuls + "{}");
  EXPECT_THAT(told(complete(), "").headers, ElementsAre(Field{"content-type", "application/octet-stream"}));
}

TEST(StreamedAnswer, KnowsItsTypeInAnyCaseWithParameters) {
  EXPECT_EQ(told(chunk("{}" + nuls) + complete(), "Application/VND.awslambda.http-integration-response; v=1").body, "");
}

TEST(StreamedAnswer, HeadWithoutAStatusIs200) { EXPECT_EQ(told(chunk("{}" + nuls + "b") + complete()).status, 200); }

TEST(StreamedAnswer, PassesItsFirstBytesOnBeforeTheFrameIsWhole) {
  const std::string bytes = chunk("{}" + nuls + "first bytes of many");
  StreamedAnswer answer(http_integration_type, "GET");
  std::string_view part = std::string_view(bytes).substr(0, bytes.size() - 10);
  EXPECT_EQ(answer.next(part), Next::head);
  EXPECT_EQ(answer.next(part), Next::body);
  EXPECT_EQ(answer.body(), "first bytes o");
  EXPECT_EQ(answer.next(part), Next::starved);
}

TEST(StreamedAnswer, EmptyBodyHasAHeadAndAnEnd) {
  const Told answer = told(chunk(R"({"statusCode":404})" + nuls) + complete());
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(answer.ended);
}

TEST(StreamedAnswer, ToHeadOr204Or304HasNoBody) {
  EXPECT_EQ(told(chunk("{}" + nuls + "b") + complete(), http_integration_type, 1000, "HEAD").body, "");
  for (const char* status : {"204", "304"}) {
    const Told answer =
        told(chunk(std::string(R"({"statusCode":)") + status + "}" + nuls + "b") + chunk("c") + complete());
    EXPECT_EQ(answer.body, "");
    EXPECT_TRUE(answer.ended);
  }
}

// What must never end cleanly.

TEST(StreamedAnswer, TruncatedAnywhereIsBroken) {
  const std::string stream = chunk(R"({"statusCode":200})" + nuls + "body") + chunk("more") + complete();
  for (std::size_t size = 0; size < stream.size(); ++size) {
    const Told answer = told(std::string_view(stream).substr(0, size));
    EXPECT_FALSE(answer.ended) << size;
    EXPECT_EQ(answer.outcome, Outcome::truncated) << size;
  }
}

TEST(StreamedAnswer, WithAnyBitFlippedIsBroken) {
  const std::string good = chunk("{}" + nuls + "body") + complete("{}");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string stream = good;
    stream[bit / 8] = static_cast<char>(stream[bit / 8] ^ (1 << (bit % 8)));
    const Told answer = told(stream);
    EXPECT_FALSE(answer.ended) << bit;
    EXPECT_NE(answer.outcome, Outcome::ok) << bit;
  }
}

TEST(StreamedAnswer, ThatCompletesWithAnErrorIsAFunctionError) {
  const std::string failed =
      complete(R"({"ErrorCode":"Runtime.ExitError","ErrorDetails":"secret","LogResult":"bG9n"})");
  const Told late = told(chunk("{}" + nuls + "body") + failed);
  EXPECT_TRUE(late.head);
  EXPECT_FALSE(late.ended);
  EXPECT_EQ(late.outcome, Outcome::function_error);
  EXPECT_EQ(late.detail, "Runtime.ExitError");
  const Told early = told(chunk(R"({"statusC)") + failed);
  EXPECT_FALSE(early.head);
  EXPECT_EQ(early.outcome, Outcome::function_error);
  EXPECT_EQ(told(failed, "text/plain").outcome, Outcome::function_error);
}

TEST(StreamedAnswer, WithAnExceptionIsALambdaError) {
  const std::string exception = frame(
      {{":message-type", std::string_view("exception")}, {":exception-type", std::string_view("ServiceException")}},
      "{}");
  EXPECT_EQ(told(chunk("{}" + nuls) + exception).outcome, Outcome::lambda_error);
  EXPECT_EQ(told(exception).detail, "ServiceException");
  const std::string odd =
      frame({{":message-type", std::string_view("error")}, {":error-code", std::string_view("a\r\nb")}}, "");
  EXPECT_EQ(told(odd).detail, "an exception") << "no bytes of others in a log";
}

TEST(StreamedAnswer, WhoseEndIsNoJsonIsBroken) {
  for (const char* end : {"", "{", "[]", "{\"ErrorCode\":5}"})
    EXPECT_EQ(told(chunk("{}" + nuls) + complete(end)).outcome, Outcome::truncated) << end;
  EXPECT_EQ(told(chunk("{}" + nuls) + complete(std::string(StreamedAnswer::max_completion + 1, ' '))).outcome,
            Outcome::truncated);
}

TEST(StreamedAnswer, WithoutTheEndOfItsHeadIsMalformed) {
  for (const std::string& stream : {chunk("{}") + complete(), complete(), chunk(std::string(20'000, ' ')),
                                    chunk("{}" + nuls.substr(1) + "x") + complete()}) {
    const Told answer = told(stream);
    EXPECT_FALSE(answer.head);
    EXPECT_EQ(answer.outcome, Outcome::malformed);
  }
}

TEST(StreamedAnswer, HasSixteenKilobytesForItsHead) {
  const auto stream_with = [](std::size_t size) {
    const std::string json = R"({"headers":{"a":"b"}})";
    return chunk(json + std::string(size - json.size(), ' ') + nuls + "body") + complete();
  };
  for (const std::size_t piece : {std::size_t{1}, std::size_t{4096}, std::size_t{1} << 20}) {
    EXPECT_EQ(told(stream_with(StreamedAnswer::max_prelude - 8), http_integration_type, piece).body, "body");
    EXPECT_EQ(told(stream_with(StreamedAnswer::max_prelude - 7), http_integration_type, piece).outcome,
              Outcome::malformed);
    EXPECT_EQ(told(stream_with(1U << 20), http_integration_type, piece).outcome, Outcome::malformed);
  }
}

TEST(StreamedAnswer, WithABadHeadIsMalformed) {
  for (const char* head : {"", "no json", "[]", R"({"statusCode":99})", R"({"statusCode":"200"})", R"({"headers":[]})",
                           R"({"headers":{"a":"b\r\nc: d"}})", "{\"a\":\"\xFF\"}"}) {
    const Told answer = told(chunk(head + nuls + "body") + complete());
    EXPECT_FALSE(answer.head) << head;
    EXPECT_EQ(answer.outcome, Outcome::malformed) << head;
  }
}

TEST(StreamedAnswer, IgnoresWhatFollowsItsEnd) {
  EXPECT_EQ(told(chunk("{}" + nuls) + complete() + "anything").outcome, Outcome::ok);
}

TEST(StreamedAnswer, OfAnyBytesComesBackHoweverItIsCut) {
  SCOPED_TRACE(repeat_with());
  std::mt19937_64 chance(seed());
  for (int round = 0; round < 60; ++round) {
    std::string payload = R"({"statusCode":200,"headers":{"content-type":"t"}})" + nuls;
    const std::string body = random_bytes(chance, 3000);
    payload += body;
    std::string stream;
    for (std::string_view rest = payload; !rest.empty();) {
      const std::string_view part = rest.substr(0, 1 + chance() % 700);
      rest.remove_prefix(part.size());
      stream += chunk(part);
    }
    const Told answer = told(stream + complete(), http_integration_type, 1 + chance() % 500);
    EXPECT_EQ(answer.body, body);
    EXPECT_TRUE(answer.ended);
  }
}

}  // namespace
}  // namespace weir::lambda
