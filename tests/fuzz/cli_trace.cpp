// Fuzzes the reader of traces. Held: it comes to an end, what it reads is in range, and it reads the same whether the
// bytes come at once or one by one. The simulation takes whatever it reads.
#include "cli/simulation.hpp"
#include "cli/simulation_report.hpp"
#include "cli/trace/reader.hpp"

#include <weir/rule.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <string>
#include <string_view>

namespace {

using weir::cli::trace::Call;
using weir::cli::trace::Reader;

void require(bool holds) {
  if (!holds) std::abort();
}

const weir::config::Config& config() {
  static const weir::config::Config config = [] {
    weir::config::Config made;
    for (const std::size_t parts : {1, 2}) {
      weir::config::Limit limit;
      limit.name = parts == 1 ? "a" : "b";
      limit.key.assign(parts, {.kind = weir::config::KeySource::Kind::path});
      limit.rule = weir::sliding_window(3, std::chrono::seconds(1));
      made.limits.push_back(limit);
    }
    made.store.max_keys = 1000;
    return made;
  }();
  return config;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Reader whole(weir::cli::trace::from_text(bytes));
  Reader slow([rest = bytes](char* to, std::size_t) mutable -> std::expected<std::size_t, std::string> {
    const std::size_t count = std::min<std::size_t>(rest.size(), 1);
    rest.copy(to, count);
    rest.remove_prefix(count);
    return count;
  });
  static const auto simulation = weir::cli::Simulation::make(config());  // making its store takes longer than a run
  std::string out;
  Call call;
  Call again;
  while (true) {
    const Reader::Step step = whole.next(call);
    require(slow.next(again) == step && whole.line() == slow.line() && whole.error() == slow.error());
    if (step != Reader::Step::call) break;
    require(call.time == again.time && call.key == again.key && call.parts == again.parts && call.cost == again.cost &&
            call.limit == again.limit);
    require(!call.key.empty() && call.time >= weir::Instant{});
    require(!call.cost || (*call.cost < weir::max_count && *call.cost > -weir::max_count));
    if (const auto outcome = (*simulation)->decide(call)) append_decision(out, whole.line(), call.time, *outcome);
  }
  return 0;
}
