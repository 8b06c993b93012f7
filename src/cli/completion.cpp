// completion.cpp: `weir completion`, what a shell needs to complete commands and options.
#include <iostream>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/command_tree.hpp"
#include "cli/exit_status.hpp"

namespace weir::cli {

namespace {

int completion(const CLI::App& weir, const std::string& shell) {
  const CommandShape shape = shape_of(weir);
  std::cout << (shell == "bash"  ? bash_completion(shape)
                : shell == "zsh" ? zsh_completion(shape)
                                 : fish_completion(shape))
            << std::flush;
  return std::cout ? ok : unreachable;
}

}  // namespace

Run declare_completion(Syntax arguments) {
  auto shell = std::make_shared<std::string>();
  arguments.option("SHELL", *shell, "bash, zsh or fish").required().one_of({"bash", "zsh", "fish"}).value_name("SHELL");
  arguments.footer(
      "Example: source <(weir completion bash)\n"
      "         weir completion zsh > ~/.zfunc/_weir\n"
      "         weir completion fish > ~/.config/fish/completions/weir.fish");
  return [arguments, shell] { return completion(arguments.whole(), *shell); };
}

}  // namespace weir::cli
