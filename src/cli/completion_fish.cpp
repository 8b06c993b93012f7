// completion_fish.cpp: one line a command and an option, each with the condition under which it is offered.
#include <algorithm>

#include "cli/command_tree.hpp"

namespace weir::cli {

namespace {

// In single quotes, as fish reads them.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// The line names this command, and none below it.
std::string condition(const CommandShape& command) {
  std::string out;
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : "; and ") + part; };
  for (const std::string& word : command.path) add("__fish_seen_subcommand_from " + word);
  if (!command.commands.empty()) {
    std::string below = "not __fish_seen_subcommand_from";
    for (const CommandShape& one : command.commands) below += ' ' + one.path.back();
    add(below);
  }
  return out;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

// Offers of a value: files, some words, or nothing that is known.
std::string value_offers(const ValueKind& value) {
  if (value.files) return " -rF";
  return value.choices.empty() ? " -x" : " -xa " + quoted(joined(value.choices));
}

}  // namespace

std::string fish_completion(const CommandShape& weir) {
  std::string out = "# fish completion for weir, made by `weir completion fish`\ncomplete -c weir -f\n";
  for (const CommandShape* command : all_commands(weir)) {
    const std::string start = "complete -c weir -n " + quoted(condition(*command));
    for (const CommandShape& below : command->commands) {
      out += start + " -a " + below.path.back() + " -d " + quoted(below.summary) + '\n';
    }
    for (const OptionShape& option : command->options) {
      out += start;
      for (const std::string& name : option.names) {
        out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (option.takes_value) out += value_offers(option.value);
      out += " -d " + quoted(option.summary) + '\n';
    }
    for (const ValueKind& positional : command->positionals) {
      if (positional.files) out += start + " -F\n";
      if (!positional.choices.empty()) out += start + " -a " + quoted(joined(positional.choices)) + '\n';
    }
  }
  return out;
}

}  // namespace weir::cli
