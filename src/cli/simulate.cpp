// simulate.cpp: `weir simulate`, what a config would have allowed of a trace.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/command.hpp"
#include "cli/config_file.hpp"
#include "cli/exit_status.hpp"
#include "cli/file_descriptor.hpp"
#include "cli/progress_bar.hpp"
#include "cli/simulation.hpp"
#include "cli/simulation_report.hpp"
#include "cli/trace/reader.hpp"

namespace weir::cli {

namespace {

constexpr std::uint64_t calls_between_looks = 1 << 14;  // at the clock, for the progress bar
constexpr std::size_t output_block = std::size_t{1} << 16;

struct Arguments {
  std::string config = "weir.yaml";
  std::string trace;
  bool json = false;
  bool decisions = false;
  std::size_t top = 10;
};

bool print(std::string_view text, std::FILE* to = stdout) {
  return std::fwrite(text.data(), 1, text.size(), to) == text.size();
}

std::uint64_t size_of(int file) {
  struct stat status{};
  return ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

// What the gateway does and a trace can't show.
void warn_of_what_is_left_out(const config::Config& config) {
  for (const config::Limit& limit : config.limits) {
    std::string options;
    const auto add = [&options](bool set, std::string_view name) {
      if (set) options.append(options.empty() ? "" : ", ").append(name);
    };
    add(!limit.when.empty(), "when");
    add(!limit.charge.empty(), "charge");
    add(limit.wait.count() > 0, "wait");
    if (options.empty()) continue;
    std::cerr << "weir simulate: warning: limit '" << limit.name << "' is simulated without its " << options << '\n';
  }
}

void warn_of_what_was_odd(const std::string& trace, const trace::Reader& reader, const Simulation& simulation) {
  if (!reader.warning().empty()) std::cerr << trace << ": warning: " << reader.warning() << '\n';
  if (simulation.went_backwards()) {
    std::cerr << trace << ": warning: times go backwards; calls were decided in the order of the trace\n";
  }
  if (const std::uint64_t forgotten = simulation.forgotten(); forgotten > 0) {
    std::cerr << "weir simulate: warning: " << forgotten
              << " keys were forgotten for others, as the gateway does at its store's `max_keys`\n";
  }
}

// The whole trace. Nothing went wrong: ok.
int replay(trace::Reader& reader, Simulation& simulation, const Arguments& arguments, std::uint64_t size) {
  ProgressBar progress(size);
  std::string out;
  trace::Call call;
  const auto wrong = [&](std::string_view what) {
    progress.clear();
    print(out);
    std::fflush(stdout);
    std::cerr << arguments.trace << ':' << reader.line() << ": error: " << what << '\n';
    return wrong_usage;
  };
  while (true) {
    switch (reader.next(call)) {
      case trace::Reader::Step::end:
        return print(out) ? ok : unreachable;
      case trace::Reader::Step::wrong:
        return wrong(reader.error());
      case trace::Reader::Step::call:
        break;
    }
    const auto outcome = simulation.decide(call);
    if (!outcome) return wrong(outcome.error());
    if (arguments.decisions) {
      append_decision(out, reader.line(), call.time, *outcome);
      if (out.size() >= output_block) {
        if (!print(out)) return unreachable;
        out.clear();
      }
    }
    if (simulation.calls() % calls_between_looks == 0) progress.show(reader.bytes(), simulation.calls());
  }
}

int simulate(const Arguments& arguments) {
  const auto config = read_config(arguments.config);
  if (!config) return wrong_usage;
  const auto simulation = Simulation::make(*config);
  if (!simulation) {
    std::cerr << arguments.config << ": error: " << simulation.error() << '\n';
    return wrong_usage;
  }
  const bool from_stdin = arguments.trace == "-";
  const FileDescriptor file(from_stdin ? ::dup(STDIN_FILENO) : ::open(arguments.trace.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    std::cerr << arguments.trace << ": error: cannot read this trace: " << std::generic_category().message(errno)
              << '\n';
    return wrong_usage;
  }
  warn_of_what_is_left_out(*config);
  trace::Reader reader(trace::from_descriptor(file.get()));
  const int status = replay(reader, **simulation, arguments, size_of(file.get()));
  if (status == ok || status == wrong_usage) warn_of_what_was_odd(arguments.trace, reader, **simulation);
  bool printed = status != unreachable;
  if (status == ok && arguments.json) printed = print(json(**simulation));
  // Beside decisions the table is for the person who looks on; the output is for a program.
  if (status == ok && !arguments.json) {
    printed = print(table(**simulation, arguments.top), arguments.decisions ? stderr : stdout);
  }
  if (!printed || std::fflush(stdout) != 0) {
    std::cerr << "weir simulate: cannot write: " << std::generic_category().message(errno) << '\n';
    return unreachable;
  }
  return status;
}

}  // namespace

Run declare_simulate(Syntax arguments) {
  auto chosen = std::make_shared<Arguments>();
  arguments.option("-c,--config", chosen->config, "The config file").value_name("FILE").shows_default();
  arguments
      .option("TRACE", chosen->trace,
              "CSV with a header, or JSON lines, of time, key, cost, limit; - is standard input")
      .value_name("FILE")
      .required();
  arguments.flag("--json", chosen->json, "Print the counts of each limit as JSON");
  arguments.flag("--decisions", chosen->decisions, "Print each decision as a JSON line");
  arguments.option("--top", chosen->top, "How many of the most limited keys to print")
      .value_name("N")
      .between(0, 1000)
      .shows_default();
  arguments.footer("Example: weir simulate -c weir.yaml trace.csv");
  return [chosen] { return simulate(*chosen); };
}

}  // namespace weir::cli
