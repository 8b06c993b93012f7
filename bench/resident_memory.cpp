// resident_memory CONTENDER KEYS: what KEYS keys cost in memory, everything included. Runs in a process of its own for
// each contender; prints one JSON line with the growth of resident memory and page tables, and the peak while growing.
#include "weir_contender.hpp"

#ifdef WEIR_BENCH_GOVERNOR
#include "governor_contender.hpp"
#endif

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace {

// Long enough that no key is idle again, and so forgotten, before all have come.
constexpr weir::Period day = std::chrono::hours(24);
constexpr bench::Quota daily{.interval = std::chrono::milliseconds(86'400), .burst = 1'000};

std::uint64_t status_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != field) continue;
    std::uint64_t kilobytes = 0;
    status >> kilobytes;
    return kilobytes * 1024;
  }
  return 0;
}

std::unique_ptr<bench::Contender> weir_with(const weir::Rule& rule) {
  return std::make_unique<bench::WeirIntegers>(rule);
}

const std::map<std::string, std::function<std::unique_ptr<bench::Contender>()>> contenders{
    {"gcra", [] { return weir_with(weir::gcra(1'000, day)); }},
    {"token_bucket", [] { return weir_with(weir::token_bucket(1'000, day)); }},
    {"fixed_window", [] { return weir_with(weir::fixed_window(1'000, day)); }},
    {"sliding_window", [] { return weir_with(weir::sliding_window(1'000, day)); }},
#ifdef WEIR_BENCH_GOVERNOR
    {"governor", [] { return std::make_unique<bench::GovernorIntegers>(daily); }},
#endif
};

}  // namespace

int main(int argc, char** argv) {
  const auto found = argc == 3 ? contenders.find(argv[1]) : contenders.end();
  if (found == contenders.end()) {
    std::fprintf(stderr, "resident_memory CONTENDER KEYS, with CONTENDER one of:\n");
    for (const auto& [name, make] : contenders) std::fprintf(stderr, "  %s\n", name.c_str());
    return 2;
  }
  const std::uint64_t keys = std::strtoull(argv[2], nullptr, 10);
  bench::Order order;
  order.all_once(keys, 1);
  const std::uint64_t before = status_bytes("VmRSS:") + status_bytes("VmPTE:");
  const auto contender = found->second();
  contender->prepare(order);
  const std::uint64_t allowed = contender->call(0, keys);
  const std::uint64_t grown = status_bytes("VmRSS:") + status_bytes("VmPTE:") - before;
  if (allowed != keys) {
    std::fprintf(stderr, "%s allowed %llu of %llu first calls\n", argv[1], static_cast<unsigned long long>(allowed),
                 static_cast<unsigned long long>(keys));
    return 1;
  }
  std::printf(R"({"memory": "%s", "keys": %llu, "bytes_per_key": %.2f, "peak_bytes_per_key": %.2f})"
              "\n",
              argv[1], static_cast<unsigned long long>(keys), static_cast<double>(grown) / static_cast<double>(keys),
              static_cast<double>(status_bytes("VmHWM:") - before) / static_cast<double>(keys));
}
