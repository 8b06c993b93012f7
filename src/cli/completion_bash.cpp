// completion_bash.cpp: a function that finds out which command the line is about, then offers what fits there.
#include <algorithm>

#include "cli/command_tree.hpp"

namespace weir::cli {

namespace {

// ` rate set`: how the function below knows a command; weir itself is empty.
std::string joined(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& word : path) out += ' ' + word;
  return out;
}

void append_words(std::string& out, const CommandShape& command) {
  const auto add = [&out](std::string_view word) { out.append(out.ends_with('\'') ? "" : " ").append(word); };
  for (const CommandShape& below : command.commands) add(below.path.back());
  for (const OptionShape& option : command.options) {
    for (const std::string& name : option.names) add(name);
  }
  for (const ValueKind& positional : command.positionals) {
    for (const std::string_view choice : positional.choices) add(choice);
  }
}

// ` check -c' | ' check --config`
std::string patterns(const CommandShape& command, const OptionShape& option) {
  std::string out;
  for (const std::string& name : option.names) {
    out.append(out.empty() ? "'" : " | '").append(joined(command.path)).append(" ").append(name).append("'");
  }
  return out;
}

}  // namespace

std::string bash_completion(const CommandShape& weir) {
  const auto commands = all_commands(weir);
  std::string out = R"(# bash completion for weir, made by `weir completion bash`
_weir() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' words='' files='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${COMP_WORDS[i]}" in
)";
  std::string known;
  for (const CommandShape* command : commands) {
    if (!command->path.empty()) known += (known.empty() ? "'" : " | '") + joined(command->path) + "'";
  }
  out += "      " + known + ") command+=\" ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n  case \"$command $previous\" in\n";
  for (const CommandShape* command : commands) {
    for (const OptionShape& option : command->options) {
      if (!option.takes_value) continue;
      out += "    " + patterns(*command, option) + ")";
      for (const std::string_view choice : option.value.choices) {
        out.append(choice == option.value.choices.front() ? " words='" : " ").append(choice);
      }
      if (!option.value.choices.empty()) out += "'";
      out += option.value.files ? " files=yes ;;\n" : " ;;\n";
    }
  }
  out += "    *)\n      case \"$command\" in\n";
  for (const CommandShape* command : commands) {
    std::string words = "words='";
    append_words(words, *command);
    const bool files = std::ranges::any_of(command->positionals, &ValueKind::files);
    out += "        '" + joined(command->path) + "') " + words + "'" + (files ? " files=yes" : "") + " ;;\n";
  }
  return out + R"(      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ $files && $current != -* ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -F _weir weir
)";
}

}  // namespace weir::cli
