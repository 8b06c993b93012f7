// memory_store: decisions of the memory store beside governor's, on the same keys in the same order.
//
//   memory_store [--rounds N] [--block MS] [--only CASE]    one JSON line a measurement, see rounds.hpp
#include "physical_limit.hpp"
#include "rounds.hpp"
#include "weir_contender.hpp"

#ifdef WEIR_BENCH_GOVERNOR
#include "governor_contender.hpp"
#endif

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using bench::Case;
using bench::Contenders;
using bench::Quota;

// A key that is idle again may be forgotten, and a table that forgets is a smaller table. With many keys one call
// occupies 86.4 s, so that all of them stay live for the whole run; with few keys, called 10^8 times, 86.4 us.
constexpr Quota many_keys{.interval = 86'400ms, .burst = 1'000};
constexpr Quota few_keys{.interval = 86'400ns, .burst = 1'000'000'000};
constexpr Quota exhausted{.interval = 3'600s, .burst = 1};

// 10 million keys in a table four fifths full: the store's is between 73 and 87 of 100 full while keys keep coming.
constexpr std::size_t slots_of_10_million_keys = 12'500'000;

const Case cases[] = {
    {.name = "integers 1", .keys = 1},
    {.name = "integers 1k", .keys = 1'000},
    {.name = "integers 1M", .keys = 1'000'000},
    {.name = "integers 10M", .keys = 10'000'000},
    {.name = "texts 1k", .keys = 1'000, .texts = true},
    {.name = "texts 1M", .keys = 1'000'000, .texts = true},
    {.name = "refused 1k", .keys = 1'000, .allowed = false},
    {.name = "integers 1k, 2 threads", .keys = 1'000, .threads = 2},
    {.name = "integers 1M, 2 threads", .keys = 1'000'000, .threads = 2},
    {.name = "integers 10M, 2 threads", .keys = 10'000'000, .threads = 2},
    {.name = "texts 1M, 2 threads", .keys = 1'000'000, .texts = true, .threads = 2},
    {.name = "one hot key, 2 threads", .keys = 1, .threads = 2},
    {.name = "one hot key, 8 threads", .keys = 1, .threads = 8},
};

Quota quota_of(const Case& what) {
  if (!what.allowed) return exhausted;
  return what.keys >= 1'000'000 ? many_keys : few_keys;
}

Contenders contenders_of(const Case& what) {
  const Quota quota = quota_of(what);
  Contenders all;
#ifdef WEIR_BENCH_GOVERNOR
  if (what.texts) {
    all.push_back(std::make_unique<bench::GovernorTexts>(quota));
  } else {
    all.push_back(std::make_unique<bench::GovernorIntegers>(quota));
  }
#endif
  if (what.texts) {
    all.push_back(std::make_unique<bench::WeirTexts>(quota));
    return all;
  }
  all.push_back(std::make_unique<bench::WeirIntegers>(quota));
  if (what.keys >= 10'000'000 && what.threads == 1) {
    all.push_back(std::make_unique<bench::WeirBatches>(quota));
    all.push_back(std::make_unique<bench::PointerChase>(slots_of_10_million_keys));
    all.push_back(std::make_unique<bench::RandomRead>(slots_of_10_million_keys));
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  bench::Effort effort;
  std::string_view only;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--rounds") effort.rounds = std::atoi(argv[i + 1]);
    if (option == "--block") effort.block = std::chrono::milliseconds(std::atoi(argv[i + 1]));
    if (option == "--only") only = argv[i + 1];
  }
  for (const Case& what : cases) {
    if (!only.empty() && only != what.name) continue;
    std::fprintf(stderr, "  %s\n", what.name.c_str());
    bench::run(what, contenders_of(what), effort);
  }
}
