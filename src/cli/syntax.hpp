// syntax.hpp: what a command takes on the command line, as it is declared. The one door to CLI11, whose header takes
// longer to compile than all else of a command; syntax.cpp, command_tree.cpp and main.cpp alone include it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace weir::cli {

// One option or argument. A handle: copies speak of the same one.
class Argument {
 public:
  explicit Argument(CLI::Option* of) : option_(of) {}

  Argument required();
  Argument value_name(const char* name);                       // as the help shows it: FILE
  Argument shows_default();                                    // the help tells what the variable holds now
  Argument from_environment(const char* variable);             // when the command line does not have it
  Argument one_of(std::initializer_list<const char*> values);  // anything else is wrong usage
  Argument between(int least, int most);                       // the same; the help says it
  Argument quietly_between(int least, int most);               // the same; the help does not
  Argument excludes(Argument other);
  [[nodiscard]] bool given() const;

 private:
  CLI::Option* option_;
};

// Of one command. What is declared is written into the variables when the command line is parsed; they must live until
// then.
class Syntax {
 public:
  explicit Syntax(CLI::App& of) : app_(&of) {}

  // `names` with dashes, `-c,--config`, or without: an argument that is told by its place.
  Argument option(const char* names, std::string& into, const char* help);
  Argument option(const char* names, std::optional<std::string>& into, const char* help);
  Argument option(const char* names, std::optional<std::int64_t>& into, const char* help);
  Argument option(const char* names, std::size_t& into, const char* help);
  Argument option(const char* names, unsigned& into, const char* help);
  Argument flag(const char* names, bool& into, const char* help);

  void footer(const char* text);  // below the help
  // Wrong usage unless `all_is_there`, asked once all is parsed; `what` completes "... is required".
  void require(const char* what, std::function<bool()> all_is_there);

  // A word below this one, of which one must be chosen.
  Syntax command(const char* name, const char* help);
  void when_chosen(std::function<void()> call);  // once all is parsed

  [[nodiscard]] const CLI::App& whole() const;  // of `weir`

 private:
  CLI::App* app_;
};

}  // namespace weir::cli
