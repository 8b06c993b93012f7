// Events and answers of 100 KB on one core, bytes of body a second of processor time; and calls against an account that
// throttles.
//
// Prints a line of JSON for each round and case: {"case","contender","round","mb_per_second"}.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "event_stream/frames.hpp"
#include "lambda/answer/answer.hpp"
#include "lambda/answer/streamed.hpp"
#include "lambda/event/event.hpp"
#include "lambda/text/base64.hpp"
#include "lambda/throttled_account.hpp"

namespace {

using namespace weir::lambda;  // NOLINT(google-build-using-namespace)

constexpr std::size_t body_size = 100'000;
constexpr std::size_t piece_size = 16U << 10;  // as a proxy reads
void require(bool condition) {
  if (condition) return;
  std::fputs("bench: a body was lost\n", stderr);
  std::exit(1);
}

struct Body {
  std::string name;
  std::string_view type;
  std::string bytes;
};

std::string repeated(std::string_view text) {
  std::string all;
  while (all.size() < body_size) all += text;
  all.resize(body_size);
  return all;
}

std::vector<Body> bodies() {
  std::mt19937_64 chance(1);
  std::string binary(body_size, '\0');
  for (char& byte : binary) byte = static_cast<char>(chance());
  return {{"text", "text/plain", repeated("The quick brown fox jumps over the lazy dog, again and again and again. ")},
          {"JSON", "application/json", repeated(R"({"id":12345,"name":"a name","tags":["one","two"],"price":12.50},)")},
          {"text beyond ASCII", "text/plain", repeated("日本語のテキストと ümläute und ein Smiley 😀.")},
          {"binary", "application/octet-stream", binary}};
}

std::string event_of(const Body& body) {
  const std::vector<FieldView> headers = {{"content-type", body.type}, {"user-agent", "bench"}, {"accept", "*/*"}};
  const Request request{
      .method = "POST", .path = "/v1/items", .query = "a=1&b=2", .headers = headers, .host = "api.example.com"};
  EventBuilder event(Payload::v2, request, {}, 6U << 20, body.bytes.size());
  for (std::string_view rest = body.bytes; !rest.empty(); rest.remove_prefix(std::min(piece_size, rest.size()))) {
    event.append(rest.substr(0, piece_size));
  }
  return std::move(event).finish().value();
}

std::string output_of(const Body& body) {
  std::string output = R"({"statusCode":200,"headers":{"content-type":"text/plain"},"body":")";
  const bool binary = body.name == "binary";
  if (binary) {
    Base64Writer writer;
    writer.append(output, body.bytes);
    writer.finish(output);
  } else {
    Escaper escaper;
    require(escaper.append(output, body.bytes));
    require(escaper.finished() || body.name != "text");
  }
  return output + (binary ? R"(","isBase64Encoded":true})" : R"("})");
}

std::string stream_of(const Body& body) {
  std::string stream;
  const weir::event_stream::Header chunk[] = {{":message-type", std::string_view("event")},
                                              {":event-type", std::string_view("PayloadChunk")}};
  const weir::event_stream::Header end[] = {{":message-type", std::string_view("event")},
                                            {":event-type", std::string_view("InvokeComplete")}};
  for (std::string_view rest = body.bytes; !rest.empty(); rest.remove_prefix(std::min(piece_size, rest.size()))) {
    require(weir::event_stream::append_frame(stream, chunk, rest.substr(0, piece_size)));
  }
  require(weir::event_stream::append_frame(stream, end, "{}"));
  return stream;
}

void read_stream(const std::string& stream) {
  StreamedAnswer answer("text/plain", "GET");
  std::size_t passed = 0;
  std::string_view bytes = stream;
  StreamedAnswer::Next next{};
  while ((next = answer.next(bytes)) != StreamedAnswer::Next::starved) {
    require(next != StreamedAnswer::Next::broken);
    if (next == StreamedAnswer::Next::body) passed += answer.body().size();
  }
  require(passed == body_size);
}

// Megabytes of body a second of processor time, over about a tenth of a second of it.
double measured(const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  std::size_t bytes = 0;
  double taken = 0;
  while (taken < 0.1) {
    for (int turn = 0; turn < 16; ++turn) work();
    bytes += 16 * body_size;
    taken = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }
  return static_cast<double>(bytes) / 1e6 / taken;
}

void tell(std::string_view what, const std::string& contender, int round, double rate) {
  std::printf(R"({"case":"lambda %.*s","contender":"%s","round":%d,"mb_per_second":%.1f})"
              "\n",
              static_cast<int>(what.size()), what.data(), contender.c_str(), round, rate);
  std::fflush(stdout);
}

void throughput(int rounds) {
  for (const Body& body : bodies()) {
    Body whole = body;
    while ((static_cast<unsigned char>(whole.bytes.back()) & 0xC0U) == 0x80U && whole.name != "binary")
      whole.bytes.pop_back();
    if (static_cast<unsigned char>(whole.bytes.back()) >= 0xC0U && whole.name != "binary") whole.bytes.pop_back();
    whole.bytes.resize(body_size, ' ');
    const std::string output = output_of(whole);
    const std::string stream = stream_of(whole);
    for (int round = 0; round < rounds; ++round) {
      tell("event", whole.name, round, measured([&] { require(event_of(whole).size() > body_size); }));
      tell("answer", whole.name, round,
           measured([&] { require(unwrap(Payload::v2, output, "GET")->body.size() == body_size); }));
      tell("stream", whole.name, round, measured([&] { read_stream(stream); }));
    }
  }
}

void account() {
  const std::pair<const char*, Concurrency::Settings> ways[] = {
      {"adaptive", {Concurrency::Mode::adaptive}},
      {"exactly the ceiling", {Concurrency::Mode::fixed, 100}},
      {"naive, retrying", {Concurrency::Mode::off}}};
  for (const auto& [name, settings] : ways) {
    const Account account{.ceilings = {{0, 100}}, .latency = Latency::heavy_tailed, .callers = 300, .patience = 0.02};
    const Seen seen = Simulation(account, settings, 1).run();
    std::printf(R"({"case":"lambda account","contender":"%s","round":0,"throughput":%.4f,"throttled_share":%.4f})"
                "\n",
                name, seen.throughput(), seen.throttled_share());
  }
}

}  // namespace

int main(int count, char** arguments) {
  throughput(count > 1 ? std::atoi(arguments[1]) : 3);
  account();
  return 0;
}
