#include "cli/command_tree.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace weir::cli {

namespace {

struct NamedKind {
  std::string_view type_name;  // as the option shows it
  ValueKind kind;
};

const ValueKind& kind_of(std::string_view type_name) {
  static const ValueKind anything;
  static const std::array kinds{
      NamedKind{"FILE", {.files = true}},
      NamedKind{"PATH", {.files = true}},
      NamedKind{"SHELL", {.choices = {"bash", "zsh", "fish"}}},
      NamedKind{"LEVEL", {.choices = {"trace", "debug", "info", "warning", "error", "critical", "off"}}},
  };
  const auto* found = std::ranges::find(kinds, type_name, &NamedKind::type_name);
  return found == kinds.end() ? anything : found->kind;
}

// CLI11 appends what its validators say: `N:INT in [0 - 1000]`.
std::string value_name_of(const CLI::Option& option) {
  const std::string whole = option.get_type_name();
  return whole.substr(0, whole.find(':'));
}

OptionShape shape_of(const CLI::Option& option) {
  OptionShape shape{.names = {}, .summary = option.get_description()};
  for (const std::string& name : option.get_snames()) shape.names.push_back('-' + name);
  for (const std::string& name : option.get_lnames()) shape.names.push_back("--" + name);
  shape.takes_value = option.get_items_expected_max() > 0;
  if (shape.takes_value) {
    shape.value_name = value_name_of(option);
    shape.value = kind_of(shape.value_name);
  }
  return shape;
}

CommandShape shape_of(const CLI::App& app, std::vector<std::string> path) {
  CommandShape shape{
      .path = std::move(path), .summary = app.get_description(), .options = {}, .positionals = {}, .commands = {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      shape.positionals.push_back(kind_of(value_name_of(*option)));
    } else {
      shape.options.push_back(shape_of(*option));
    }
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    std::vector<std::string> below = shape.path;
    below.push_back(command->get_name());
    shape.commands.push_back(shape_of(*command, std::move(below)));
  }
  return shape;
}

}  // namespace

CommandShape shape_of(const CLI::App& app) { return shape_of(app, {}); }

std::vector<const CommandShape*> all_commands(const CommandShape& command) {
  std::vector<const CommandShape*> all{&command};
  for (const CommandShape& below : command.commands) {
    const auto further = all_commands(below);
    all.insert(all.end(), further.begin(), further.end());
  }
  return all;
}

}  // namespace weir::cli
