// Any bytes as what the native layout's scripts reply: refused, or verdicts within their bounds.
// The first byte chooses the algorithm and how many costs or checks were asked about.
#include "store/redis/native/layout.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

namespace {

using namespace weir;
using namespace weir::store;
using namespace weir::store::redis;
using namespace std::chrono_literals;

void require(bool condition) {
  if (!condition) std::abort();
}

void judge(const Verdict& verdict) {
  require(verdict.remaining >= 0 && verdict.debt >= 0);
  require(verdict.retry_after >= limits::Nanos(0) || !verdict.allowed());
}

std::unique_ptr<Layout>& layout() {
  static std::unique_ptr<Layout> one = native_layout("weir");
  return one;
}

const std::vector<std::shared_ptr<const Space>>& spaces() {
  static const std::vector<std::shared_ptr<const Space>> all = [] {
    std::vector<std::shared_ptr<const Space>> made;
    for (const Rule& rule :
         {fixed_window(10, 1min), fixed_window(10, Period::month()), sliding_window(10, 1min), sliding_log(10, 1min),
          token_bucket(10, 7s, 20), gcra(1'000'000, 1s), interval_bucket(10, 10s), concurrency(10)}) {
      made.push_back(layout()->open("p", rule));
    }
    return made;
  }();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto& space = static_cast<const RedisSpace&>(*spaces()[data[0] % spaces().size()]);
  const std::size_t count = 1 + data[0] / spaces().size() % 3;
  const Value reply{.type = Value::Type::text, .text = {reinterpret_cast<const char*>(data) + 1, size - 1}};

  constexpr std::array<std::int64_t, 3> costs{1, 0, 1'000'000'000'000};
  const std::vector<Ask> asks(count, Ask{.key = "u", .costs = costs});
  std::vector<Verdict> verdicts(count * costs.size());
  if (space.rule().algorithm != Algorithm::concurrency &&
      layout()->read_each(space, asks, Instant{}, reply, verdicts)) {
    for (const Verdict& verdict : verdicts) judge(verdict);
  }

  std::vector<Check> checks;
  for (std::size_t at = 0; at < count; ++at) checks.push_back({.space = &space, .key = at, .cost = costs[at]});
  if (const auto answer = layout()->read_joint({.checks = checks, .id = "one"}, reply)) {
    require(answer->verdicts.size() == count);
    for (const Verdict& verdict : answer->verdicts) judge(verdict);
  }

  if (space.lease_life() > Nanos(0)) {
    if (const auto answer = layout()->read_lease(space, reply)) {
      require(answer->units >= 0 && answer->life >= Nanos(0));
      judge(answer->seen);
    }
  }
  (void)layout()->read_settled(reply);
  return 0;
}
