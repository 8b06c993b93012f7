// simulation_report.hpp: what `weir simulate` prints.
#pragma once

#include "cli/simulation.hpp"
#include "cli/trace/call.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace weir::cli {

// A table of the limits, and of the keys that were limited most: at most `keys` of them.
[[nodiscard]] std::string table(const Simulation& simulation, std::size_t keys);

// {"limits":{NAME:{"allowed":N,"limited":N}}}; `denied` and `shadowed` join them where there are any.
[[nodiscard]] std::string json(const Simulation& simulation);

// One decision as a JSON line.
void append_decision(std::string& out, std::uint64_t line, Instant time, const Simulation::Outcome& outcome);

}  // namespace weir::cli
