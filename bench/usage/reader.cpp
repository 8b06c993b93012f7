// reader: what reading an answer's usage costs, beside what anybody does who parses each event into a value.
//
//   reader [--rounds N] [--block MS]     one JSON line a measurement: {"case", "contender", "round", "ns"}; ns a chunk,
//   or
//                                        {"case", "contender", "round", "gb_per_second"}
// Time is the thread's processor time, so that what else runs does not count. Every round draws its text anew.
#include <boost/json/src.hpp>

#include <ctime>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "usage/reader.hpp"

namespace {

using weir::usage::Protocol;
using weir::usage::Reader;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::string words(std::mt19937_64& random, std::size_t size) {
  constexpr std::string_view letters = "etaoinshrdlu ,.";
  std::string text;
  while (text.size() < size) text += letters[random() % letters.size()];
  return text;
}

// One chunk of a chat completion of exactly `size` bytes.
std::string chunk(std::mt19937_64& random, std::size_t size) {
  const std::string before =
      R"(data: {"id":"chatcmpl-)" + std::to_string(random() % 1'000'000'000) +
      R"(","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":")";
  const std::string after = "\"},\"finish_reason\":null}],\"usage\":null}\n\n";
  return before + words(random, size - before.size() - after.size()) + after;
}

struct Stream {
  const char* name;
  std::size_t chunk;  // bytes
  std::size_t count;  // together they fit the second level cache, where a gateway finds what it just received
};
constexpr Stream streams[] = {{"usage, 250-byte chunks", 250, 1000}, {"usage, 4 KiB chunks", 4096, 100}};

void by_reader(const std::vector<std::string>& chunks, Protocol protocol) {
  Reader reader(protocol, "text/event-stream");
  for (const std::string& each : chunks) reader.read(each);
  reader.end();
  if (reader.observe().text.characters() == 0) std::abort();
}

// As gateways do it: each event into a value, which is asked for its usage. That an event is a chunk is a gift.
void by_parser(const std::vector<std::string>& chunks) {
  std::size_t found = 0;
  for (const std::string& each : chunks) {
    boost::json::monotonic_resource memory;
    const auto value = boost::json::parse(std::string_view(each).substr(6), &memory);
    found += value.as_object().contains("usage") ? 1 : 0;
  }
  if (found != chunks.size()) std::abort();
}

template <class Work>
void measure(const Stream& stream, const char* contender, int round, double block,
             const std::vector<std::string>& chunks, Work work) {
  work();
  const double start = processor_seconds();
  std::size_t times = 0;
  double taken = 0;
  do {
    work();
    ++times;
    taken = processor_seconds() - start;
  } while (taken < block);
  const double read = static_cast<double>(times * chunks.size());
  std::printf(R"({"case": "%s", "contender": "%s", "round": %d, "chunk_ns": %.2f, "mb_per_second": %.1f})"
              "\n",
              stream.name, contender, round, taken / read * 1e9,
              read * static_cast<double>(stream.chunk) / taken / 1e6);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 11;
  double block = 0.3;
  for (int at = 1; at + 1 < argc; at += 2) {
    if (std::strcmp(argv[at], "--rounds") == 0) rounds = std::atoi(argv[at + 1]);
    if (std::strcmp(argv[at], "--block") == 0) block = std::atof(argv[at + 1]) / 1000;
  }
  std::mt19937_64 random(std::random_device{}());
  for (const Stream& stream : streams) {
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::string> chunks;
      for (std::size_t each = 0; each < stream.count; ++each) chunks.push_back(chunk(random, stream.chunk));
      measure(stream, "weir", round, block, chunks, [&] { by_reader(chunks, Protocol::openai); });
      measure(stream, "weir, auto", round, block, chunks, [&] { by_reader(chunks, Protocol::automatic); });
      measure(stream, "a value an event", round, block, chunks, [&] { by_parser(chunks); });
    }
  }
  return 0;
}
