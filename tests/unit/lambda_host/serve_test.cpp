// One invocation after the other, against a Runtime API that is scripted: what is said to it, byte by byte, in which
// order, and how it ends.
#include "lambda_host/serve.hpp"

#include "lambda_host/scripted_api.hpp"
#include "lambda_host/unread_api.hpp"
#include "store/due/due_work.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace weir::lambda_host {
namespace {

using namespace std::chrono_literals;
using lambda::Error;
using lambda::Event;
using lambda::Stream;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

using testing::StartsWith;
using Streams = std::expected<void, Error>;
using Whole = std::expected<std::string, Error>;

const std::string accepted = ScriptedApi::status(202);

std::string event(std::string_view body = "{}") { return ScriptedApi::event("id-1", body); }

struct Serving : testing::Test {
  int stream(ScriptedApi& api, const Handler& handler) { return serve(api.endpoint(), handler, options_, log_); }
  int whole(ScriptedApi& api, const BufferedHandler& handler) { return serve(api.endpoint(), handler, options_, log_); }

  lambda::Options options_;
  std::ostringstream log_;
};

constexpr auto next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n";
constexpr auto response = "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n";
constexpr auto error = "POST /2018-06-01/runtime/invocation/id-1/error HTTP/1.1\r\n";

TEST_F(Serving, PostsWhatTheHandlerReturns) {
  ScriptedApi api({{event(R"({"user":"ann"})"), accepted}});
  EXPECT_EQ(whole(api, [](const Event& what) -> Whole { return what.body + "!"; }), 1);
  EXPECT_THAT(api.requests(),
              ElementsAre(StartsWith(next), AllOf(StartsWith(response), EndsWith("\r\n\r\n{\"user\":\"ann\"}!"))));
}

TEST_F(Serving, PostsTheHandlersError) {
  ScriptedApi api({{event(), accepted}});
  whole(api, [](const Event&) -> Whole { return std::unexpected(Error{"Function.Bad", "no"}); });
  EXPECT_THAT(api.requests()[1],
              AllOf(StartsWith(error), HasSubstr("Lambda-Runtime-Function-Error-Type: Function.Bad\r\n"),
                    HasSubstr(R"("errorMessage":"no")")));
}

TEST_F(Serving, PostsWhatTheHandlerThrows) {
  ScriptedApi api({{event(), accepted, event(), accepted}});
  int calls = 0;
  whole(api, [&](const Event&) -> Whole {
    if (++calls == 1) throw std::runtime_error("broken");
    throw 7;
  });
  const auto requests = api.requests();
  EXPECT_THAT(requests[1], AllOf(StartsWith(error), HasSubstr(R"("errorMessage":"broken")")));
  EXPECT_THAT(requests[3], StartsWith(error));
}

TEST_F(Serving, SaysWhenAnAnswerIsTooLarge) {
  ScriptedApi api({{event(), ScriptedApi::status(413), accepted}});
  whole(api, [](const Event&) -> Whole { return "much"; });
  EXPECT_THAT(api.requests()[2], AllOf(StartsWith(error), HasSubstr("Function.ResponseSizeTooLarge")));
}

TEST_F(Serving, SendsEachPieceAsAChunk) {
  ScriptedApi api({{event(), accepted}});
  stream(api, [](const Event&, Stream& answer) -> Streams {
    answer.content_type("text/plain");
    EXPECT_TRUE(answer.write("one"));
    EXPECT_TRUE(answer.write(""));
    EXPECT_TRUE(answer.write("sixteen bytes yes"));
    return {};
  });
  EXPECT_THAT(api.requests()[1],
              AllOf(StartsWith(response), HasSubstr("Lambda-Runtime-Function-Response-Mode: streaming\r\n"),
                    HasSubstr("Transfer-Encoding: chunked\r\n"), HasSubstr("Content-Type: text/plain\r\n"),
                    EndsWith("\r\n\r\n3\r\none\r\n11\r\nsixteen bytes yes\r\n0\r\n\r\n")));
}

TEST_F(Serving, StreamsAnAnswerOfNothing) {
  ScriptedApi api({{event(), accepted}});
  stream(api, [](const Event&, Stream&) -> Streams { return {}; });
  EXPECT_THAT(api.requests()[1], EndsWith("\r\n\r\n0\r\n\r\n"));
}

TEST_F(Serving, SaysAnErrorAfterTheFirstPieceInTheTrailer) {
  ScriptedApi api({{event(), accepted}});
  stream(api, [](const Event&, Stream& answer) -> Streams {
    answer.write("one");
    return std::unexpected(Error{"Function.Late", "no"});
  });
  EXPECT_THAT(api.requests()[1],
              AllOf(HasSubstr("Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n"),
                    HasSubstr("\r\n0\r\nLambda-Runtime-Function-Error-Type: Function.Late\r\n"),
                    HasSubstr("Lambda-Runtime-Function-Error-Body: eyJlcnJvck1lc3NhZ2UiOiJubyIs")));
}

TEST_F(Serving, PostsAnErrorBeforeTheFirstPieceAsOne) {
  ScriptedApi api({{event(), accepted}});
  stream(api, [](const Event&, Stream& answer) -> Streams {
    answer.content_type("a\r\nb: c");
    return {};
  });
  EXPECT_THAT(api.requests()[1], AllOf(StartsWith(error), HasSubstr("content type")));
}

TEST_F(Serving, DoesWhatIsDueBetweenAnswerAndNext) {
  ScriptedApi api({{event(), accepted, event(), accepted}});
  std::vector<std::string> order;
  const auto owner = std::make_shared<int>();
  store::due_work().add(owner, [&](store::DueWork::Deadline until) {
    EXPECT_LE(until - std::chrono::steady_clock::now(), options_.shutdown_budget);
    order.emplace_back("due");
  });
  whole(api, [&](const Event&) -> Whole {
    order.emplace_back("answer");
    return "{}";
  });
  EXPECT_THAT(order, ElementsAre("answer", "due", "answer", "due", "due"));  // the last one as it ends
}

TEST_F(Serving, DoesNothingMoreAfterTheDeadline) {
  ScriptedApi api({{ScriptedApi::event("id-1", "{}", "Lambda-Runtime-Deadline-Ms: 1700000000000\r\n"), accepted}});
  options_.shutdown_budget = 0ms;
  int due = 0;
  const auto owner = std::make_shared<int>();
  store::due_work().add(owner, [&](store::DueWork::Deadline) { ++due; });
  whole(api, [](const Event&) -> Whole { return "{}"; });
  EXPECT_EQ(due, 0);
}

TEST_F(Serving, ConnectsAnewWhenTheConnectionWasClosedMeanwhile) {
  ScriptedApi api({{event(), accepted}, {event(), accepted}});
  int calls = 0;
  whole(api, [&](const Event&) -> Whole { return std::to_string(++calls); });
  EXPECT_EQ(calls, 2);
}

TEST_F(Serving, PostsAnewWhenTheConnectionIsClosedInstead) {
  ScriptedApi api({{event()}, {accepted}});
  whole(api, [](const Event&) -> Whole { return "{}"; });
  EXPECT_THAT(api.requests(), ElementsAre(StartsWith(next), StartsWith(response)));
}

TEST_F(Serving, TalksToAServerOfHttp10) {
  const std::string taken = "HTTP/1.0 202 Accepted\r\n\r\n";  // its end is the connection's
  const std::string given = "HTTP/1.0 200 OK\r\nLambda-Runtime-Aws-Request-Id: id-1\r\n\r\n{}";
  ScriptedApi api({{given}, {taken}, {given}, {taken}});
  int calls = 0;
  stream(api, [&](const Event& what, Stream& answer) -> Streams {
    ++calls;
    EXPECT_EQ(what.body, "{}");
    answer.write("one");
    return {};
  });
  EXPECT_EQ(calls, 2);
}

TEST_F(Serving, WaitsForAReaderNoLongerThanTheDeadline) {
  UnreadApi api;  // takes nothing of the answer
  int pieces = 0;
  const Handler handler = [&](const Event&, Stream& answer) -> Streams {
    const std::string piece(1 << 20, 'x');
    while (answer.write(piece)) ++pieces;
    EXPECT_FALSE(answer.write(piece));
    api.end();
    return {};
  };
  EXPECT_EQ(serve(api.endpoint(), handler, options_, log_), 1);
  EXPECT_LT(pieces, 1000);  // what buffers took
}

TEST_F(Serving, DoesWhatItsUserGaveBeforeTheNext) {
  ScriptedApi api({{event(), accepted}});
  static int done = 0;  // what is given once is done as long as the process lives
  lambda::before_next([](std::chrono::steady_clock::time_point) { ++done; });
  whole(api, [](const Event&) -> Whole {
    EXPECT_EQ(done, 0);
    return "{}";
  });
  EXPECT_EQ(done, 2);  // and once as it ended
}

TEST_F(Serving, GoesOnWhenAnAnswerIsRefused) {
  ScriptedApi api({{event(), ScriptedApi::status(403), event(), accepted}});
  int calls = 0;
  whole(api, [&](const Event&) -> Whole { return std::to_string(++calls); });
  EXPECT_EQ(calls, 2);
  EXPECT_THAT(log_.str(), HasSubstr("id-1"));
}

TEST_F(Serving, EndsWhenTheRuntimeApiIsBroken) {
  ScriptedApi api({{event(), ScriptedApi::status(500)}});
  EXPECT_EQ(whole(api, [](const Event&) -> Whole { return "{}"; }), 1);
}

TEST_F(Serving, EndsWhenTheRuntimeApiIsGone) {
  ScriptedApi api({});
  EXPECT_EQ(whole(api, [](const Event&) -> Whole { return "{}"; }), 1);
  EXPECT_THAT(log_.str(), HasSubstr("gone"));
}

TEST_F(Serving, EndsWhenTheRuntimeApiTalksSomethingElse) {
  for (const char* nonsense :
       {"SSH-2.0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}) {
    ScriptedApi api({{nonsense}});
    EXPECT_EQ(whole(api, [](const Event&) -> Whole { return "{}"; }), 1) << nonsense;
  }
}

TEST_F(Serving, EndsAtSigtermWithItsAnswerPosted) {
  ScriptedApi api({{event(), accepted}});
  EXPECT_EQ(whole(api,
                  [](const Event&) -> Whole {
                    std::raise(SIGTERM);
                    return "{}";
                  }),
            0);
  EXPECT_THAT(api.requests(), ElementsAre(StartsWith(next), StartsWith(response)));
  EXPECT_THAT(log_.str(), IsEmpty());
}

}  // namespace
}  // namespace weir::lambda_host
