// command_tree.hpp: the commands of `weir` and their options as plain values, for what describes them to a shell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace weir::cli {

// What may stand where a value is wanted.
struct ValueKind {
  bool files = false;
  std::vector<std::string_view> choices{};
};

struct OptionShape {
  std::vector<std::string> names;  // with their dashes; the short one first
  std::string summary;
  bool takes_value = false;
  std::string value_name{};  // `FILE`
  ValueKind value{};
};

struct CommandShape {
  std::vector<std::string> path;  // the words that lead to it; empty: weir itself
  std::string summary;
  std::vector<OptionShape> options;
  std::vector<ValueKind> positionals;
  std::vector<CommandShape> commands;
};

// As it was declared to CLI11, so that it can't tell of anything else.
[[nodiscard]] CommandShape shape_of(const CLI::App& app);

// `command` and all below it, before those below them.
[[nodiscard]] std::vector<const CommandShape*> all_commands(const CommandShape& command);

// What a shell sources to complete `weir`.
[[nodiscard]] std::string bash_completion(const CommandShape& weir);
[[nodiscard]] std::string zsh_completion(const CommandShape& weir);
[[nodiscard]] std::string fish_completion(const CommandShape& weir);

}  // namespace weir::cli
