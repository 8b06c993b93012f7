// completion_zsh.cpp: a function for each command, in the words of zsh's _arguments (man zshcompsys).
#include "cli/command_tree.hpp"

namespace weir::cli {

namespace {

// Inside single quotes; `[`, `]` and `:` mean something to _arguments.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out;
}

std::string function_of(const CommandShape& command) {
  std::string out = "_weir";
  for (const std::string& word : command.path) out += '_' + word;
  return out;
}

// `:FILE:_files`, `:LEVEL:(trace debug)`, `:N:`
std::string value_spec(std::string_view name, const ValueKind& value) {
  std::string out = ":" + escaped(name) + ":";
  if (value.files) return out + "_files";
  for (const std::string_view choice : value.choices) {
    out.append(choice == value.choices.front() ? "(" : " ").append(choice);
  }
  return value.choices.empty() ? out + " " : out + ")";
}

// `'(-c --config)'{-c,--config}'[The config file]:FILE:_files'`
std::string option_spec(const OptionShape& option) {
  std::string together;
  std::string either;
  for (const std::string& name : option.names) {
    together += (together.empty() ? "" : " ") + name;
    either += (either.empty() ? "" : ",") + name;
  }
  const std::string value = option.takes_value ? value_spec(option.value_name, option.value) : "";
  const std::string what = "[" + escaped(option.summary) + "]" + value;
  if (option.names.size() == 1) return "'" + either + what + "'";
  return "'(" + together + ")'{" + either + "}'" + what + "'";
}

void append_function(std::string& out, const CommandShape& command) {
  const bool has_commands = !command.commands.empty();
  out += '\n' + function_of(command) + "() {\n";
  if (has_commands) {
    out +=
        "  local curcontext=\"$curcontext\" state state_descr line ret=1\n  typeset -A opt_args\n  local -a "
        "commands=(\n";
    for (const CommandShape& below : command.commands) {
      out += "    '" + escaped(below.path.back()) + ":" + escaped(below.summary) + "'\n";
    }
    out += "  )\n";
  }
  out += has_commands ? "  _arguments -C" : "  _arguments";
  for (const OptionShape& option : command.options) out += " \\\n    " + option_spec(option);
  for (const ValueKind& positional : command.positionals) {
    // Of the others there is nothing to say; a message about them would stand in the way of options.
    if (positional.files || !positional.choices.empty()) out += " \\\n    '" + value_spec("", positional) + "'";
  }
  if (!has_commands) {
    out += "\n}\n";
    return;
  }
  out +=
      " \\\n    '1: :->command' '*:: :->rest' && ret=0\n  case $state in\n    command) _describe command commands && "
      "ret=0 ;;\n"
      "    rest)\n      case $words[1] in\n";
  for (const CommandShape& below : command.commands) {
    out += "        " + below.path.back() + ") " + function_of(below) + " && ret=0 ;;\n";
  }
  out += "      esac\n      ;;\n  esac\n  return ret\n}\n";
}

}  // namespace

std::string zsh_completion(const CommandShape& weir) {
  std::string out = "#compdef weir\n# zsh completion for weir, made by `weir completion zsh`\n";
  for (const CommandShape* command : all_commands(weir)) append_function(out, *command);
  // Autoloaded as a file of $fpath, or sourced.
  return out + "\nif [ \"$funcstack[1]\" = _weir ]; then\n  _weir \"$@\"\nelse\n  compdef _weir weir\nfi\n";
}

}  // namespace weir::cli
