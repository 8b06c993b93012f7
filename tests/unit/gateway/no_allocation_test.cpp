#include "gateway/admission.hpp"

#include "allocations.hpp"
#include "gateway/a_limit.hpp"
#include "gateway/body_chunks.hpp"
#include "gateway/model/model_stream.hpp"
#include "gateway/model/sent_bytes.hpp"
#include "gateway/written_request.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;

class WithoutAllocating : public testing::Test {
 protected:
  static Settings settings() {
    Settings settings;
    settings.limits = {per_user("per-user", sliding_window(1'000'000, 1min)),
                       per_user("per-day", fixed_window(1'000'000, 24h))};
    return settings;
  }
  [[nodiscard]] std::size_t spent(const RouteLimits& route) const {
    const WrittenRequest request = WrittenRequest().with("x-user", "ann");
    (void)admit(request, route, runtime_, {});  // the key's slot comes into being
    return allocations_of([&] { (void)admit(request, route, runtime_, {}); });
  }
  Runtime runtime_{settings()};
};

TEST_F(WithoutAllocating, OneLimitIsDecidedAndItsHeadersWritten) {
  EXPECT_EQ(spent(runtime_.limits_of({.name = "/*", .upstream = "u", .limits = {{"per-user"}}})), 0);
}

TEST_F(WithoutAllocating, SeveralLimitsAreDecided) {
  EXPECT_EQ(spent(runtime_.limits_of({.name = "/*", .upstream = "u", .limits = {{"per-user"}, {"per-day"}}})), 0);
}

TEST_F(WithoutAllocating, TheCurrentRuntimeIsFound) {
  Runtime::install(std::make_shared<Runtime>(settings()));
  (void)Runtime::current();
  EXPECT_EQ(allocations_of([] { (void)Runtime::current(); }), 0);
  Runtime::install(nullptr);
}

TEST(BodyChunks, AreShownWithoutAllocatingWhenTheyAreFew) {
  EXPECT_EQ(allocations_of([] {
              const BodyChunks chunks(BodyChunks::few, [](abi::Buffer* place) {
                for (std::size_t i = 0; i < BodyChunks::few; ++i) place[i] = {"x", 1};
                return true;
              });
              if (chunks.all().size() != BodyChunks::few) std::abort();
            }),
            0);
}

// A streamed chat whose usage Weir asked for, and that a limit may cut: everything that is done to answers.
class OpenStream : public testing::Test {
 protected:
  OpenStream()
      : call_({.model = {.protocol = usage::Protocol::openai}, .host = "api.openai.com"}, "/v1/chat/completions",
              "application/json") {
    call_.read_request(R"({"model":"gpt-4o","stream":true,"messages":[]})");
    EXPECT_EQ(call_.end_request(), std::nullopt);
  }
  void begin(std::string_view encoding = "") { call_.begin_answer("text/event-stream", encoding, true); }
  // The same events, however the network cuts them; returns what goes on.
  std::size_t pass(std::string_view chunk) {
    SentBytes sent;
    const auto goes_on = sent.pass(chunk, [&](std::string& out) { return call_.edit_answer(chunk, out); });
    const auto end = call_.follow(goes_on, false);
    return sent.size() + (end ? 1 : 0);
  }
  ModelCall call_;
  std::string event_ =
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}],"usage":null})"
      "\n\n";
};

TEST_F(OpenStream, AllocatesNothingForAChunk) {
  begin();
  ASSERT_TRUE(call_.edits_answer() && call_.follows());
  pass(event_);
  EXPECT_EQ(allocations_of([&] {
              for (int chunk = 0; chunk < 100; ++chunk) {
                if (pass(event_) != event_.size()) std::abort();
              }
            }),
            0);
}

TEST_F(OpenStream, AllocatesNothingForAChunkThatIsOnlyRead) {
  call_.begin_answer("text/event-stream", "gzip", false);
  ASSERT_FALSE(call_.edits_answer() || call_.follows());
  EXPECT_EQ(allocations_of([&] {
              for (int chunk = 0; chunk < 100; ++chunk) call_.read_answer(event_);
            }),
            0);
}

TEST_F(OpenStream, KeepsNoMoreThanTwoKibibytesWhateverItsLength) {
  const std::size_t of_answer = bytes_kept_by([&] {
    begin();
    pass(event_);
    pass(std::string_view(event_).substr(0, 30));  // an event that may be the one to be taken out
  });
  EXPECT_LE(sizeof(ModelStream) + of_answer, 2048U);
  EXPECT_EQ(bytes_kept_by([&] {
              pass(std::string_view(event_).substr(30));
              for (int chunk = 0; chunk < 20'000; ++chunk) pass(event_);
            }),
            0);
}

}  // namespace
}  // namespace weir::gateway
