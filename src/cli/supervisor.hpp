// supervisor.hpp: keeps one Envoy running until it is told to stop.
//
//   starting --ready--> serving --SIGTERM, SIGINT, SIGHUP--> draining --no request open, or `drain` is over--> stopping
//       \___________________\______________________________________\____ second signal ______________________/
//
// Envoy that ends by itself, in whatever state, is an error; its own end, and all it said, is reported.
#pragma once

#include <filesystem>

#include "cli/envoy_log.hpp"
#include "cli/live_config.hpp"

namespace weir::cli {

struct Supervision {
  std::filesystem::path envoy;
  std::filesystem::path module_folder;
  std::filesystem::path bootstrap;
  unsigned workers = 1;
  LogLevel log_level = LogLevel::warning;
};

// Signals that end the gateway, kept from ending weir itself. SIGHUP is a terminal that went away; it stays ignored
// when weir was started with it ignored (nohup). Call before anything that can be interrupted, on the main thread.
void hold_signals();

// Returns when Envoy has ended: the exit status. Messages go to stderr. While Envoy serves, `live` follows its config's
// file. Its ports are given up when draining starts, so that the next gateway can take them while this one finishes its
// requests.
[[nodiscard]] int supervise(const Supervision& what, LiveConfig& live);

}  // namespace weir::cli
