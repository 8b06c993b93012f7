#include "cli/syntax.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace weir::cli {

Argument Argument::required() {
  option_->required();
  return *this;
}

Argument Argument::value_name(const char* name) {
  option_->type_name(name);
  return *this;
}

Argument Argument::shows_default() {
  option_->capture_default_str();
  return *this;
}

Argument Argument::from_environment(const char* variable) {
  option_->envname(variable);
  return *this;
}

Argument Argument::one_of(std::initializer_list<const char*> values) {
  option_->check(CLI::Validator(CLI::IsMember(std::vector<std::string>(values.begin(), values.end()))).description(""));
  return *this;
}

Argument Argument::between(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Argument Argument::quietly_between(int least, int most) {
  option_->check(CLI::Validator(CLI::Range(least, most)).description(""));
  return *this;
}

Argument Argument::excludes(Argument other) {
  option_->excludes(other.option_);
  return *this;
}

bool Argument::given() const { return !option_->empty(); }

Argument Syntax::option(const char* names, std::string& into, const char* help) {
  return Argument(app_->add_option(names, into, help));
}
Argument Syntax::option(const char* names, std::optional<std::string>& into, const char* help) {
  return Argument(app_->add_option(names, into, help));
}
Argument Syntax::option(const char* names, std::optional<std::int64_t>& into, const char* help) {
  return Argument(app_->add_option(names, into, help));
}
Argument Syntax::option(const char* names, std::size_t& into, const char* help) {
  return Argument(app_->add_option(names, into, help));
}
Argument Syntax::option(const char* names, unsigned& into, const char* help) {
  return Argument(app_->add_option(names, into, help));
}
Argument Syntax::flag(const char* names, bool& into, const char* help) {
  return Argument(app_->add_flag(names, into, help));
}

void Syntax::footer(const char* text) { app_->footer(text); }

void Syntax::require(const char* what, std::function<bool()> all_is_there) {
  app_->callback([what, all_is_there = std::move(all_is_there)] {
    if (!all_is_there()) throw CLI::RequiredError(what);
  });
}

Syntax Syntax::command(const char* name, const char* help) {
  app_->require_subcommand(1);
  return Syntax(*app_->add_subcommand(name, help));
}

void Syntax::when_chosen(std::function<void()> call) { app_->callback(std::move(call)); }

const CLI::App& Syntax::whole() const {
  const CLI::App* app = app_;
  while (app->get_parent() != nullptr) app = app->get_parent();
  return *app;
}

}  // namespace weir::cli
