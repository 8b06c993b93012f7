#include "store/redis/native/scripts.hpp"

#include "store/redis/layout/script_text.hpp"

#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weir::store::redis::native {
namespace {

// In the order in which they need each other.
using Files = std::span<const std::string_view>;
using Listed = std::initializer_list<std::string_view>;

constexpr std::string_view first[] = {"native_clock", "native_number", "native_value"};
constexpr std::string_view all_counters[] = {"native_calendar",    "native_fixed_window",    "native_sliding_window",
                                             "native_gcra",        "native_interval_bucket", "native_sliding_log",
                                             "native_concurrency", "native_counter"};
// native_value.lua makes these when they are wanted.
constexpr std::string_view slow_paths = "local unfold, fold, last_end = values()\n";

std::string joined(Files files) {
  std::string text;
  for (const std::string_view file : files) text += script_text(file);
  return text;
}
std::string joined(Listed files) { return joined(Files(files.begin(), files.size())); }

// native_each.lua knows its algorithm as `algorithm`.
Script each_of(std::string_view name, Listed of_algorithm) {
  std::string text = joined(Files(first)) + joined(of_algorithm);
  text += "local algorithm = ";
  text += name;
  text += "\n";
  text += script_text("native_each");
  return Script::of("each_" + std::string(name), std::move(text));
}

Script over_all_counters(std::string_view name, Listed files) {
  return Script::of(name, joined(Files(first)) + std::string(slow_paths) + joined(Files(all_counters)) + joined(files));
}

}  // namespace

const Script& Scripts::each(Algorithm algorithm) {
  static const Script fixed = each_of("fixed_window", {"native_calendar", "native_fixed_window"});
  static const Script sliding = each_of("sliding_window", {"native_sliding_window"});
  static const Script gcra = each_of("gcra", {"native_gcra"});
  static const Script interval = each_of("interval_bucket", {"native_interval_bucket"});
  static const Script log = Script::of("each_sliding_log", joined(Files(first)) + std::string(slow_paths) +
                                                               joined({"native_sliding_log", "native_each_log"}));
  switch (algorithm) {
    case Algorithm::fixed_window:
      return fixed;
    case Algorithm::sliding_window:
      return sliding;
    case Algorithm::token_bucket:
    case Algorithm::gcra:
      return gcra;
    case Algorithm::interval_bucket:
      return interval;
    case Algorithm::sliding_log:
      return log;
    case Algorithm::concurrency:
    case Algorithm::unlimited:
      break;
  }
  throw std::logic_error("no script decides keys of this algorithm each for itself");
}

const Script& Scripts::joint() {
  static const Script script = over_all_counters("joint", {"native_record", "native_joint"});
  return script;
}

const Script& Scripts::settle() {
  static const Script script = over_all_counters("settle", {"native_record", "native_held", "native_settle"});
  return script;
}

const Script& Scripts::undo() {
  static const Script script = over_all_counters("undo", {"native_record", "native_held", "native_undo"});
  return script;
}

const Script& Scripts::renew() {
  static const Script script = over_all_counters("renew", {"native_record", "native_renew"});
  return script;
}

const Script& Scripts::lease() {
  static const Script script = over_all_counters("lease", {"native_lease"});
  return script;
}

const Script& Scripts::reset() {
  static const Script script = Script::of("reset", joined(Files(first)) + joined({"native_reset"}));
  return script;
}

}  // namespace weir::store::redis::native
