// top.cpp: `weir top`, what the gateway's analytics say of the last minutes, again and again; once into a pipe.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <expected>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "api/target.hpp"
#include "cli/admin_client.hpp"
#include "cli/admin_command.hpp"
#include "cli/command.hpp"
#include "cli/exit_status.hpp"
#include "cli/terminal_screen.hpp"
#include "cli/top_frame.hpp"
#include "config/duration.hpp"
#include "config/shown.hpp"

namespace weir::cli {

namespace {

using std::chrono::milliseconds;

struct Arguments {
  std::shared_ptr<AdminOptions> admin;
  std::string last = "5m";
  std::string every = "2s";
  unsigned keys = 10;
};

struct Question {
  boost::json::value TopAnswers::* answer;
  std::string_view name;
  std::string_view target;
  bool counts = false;  // takes n
};
constexpr std::array questions{
    Question{&TopAnswers::usage, "usage", "usage?from=-"},
    Question{&TopAnswers::busiest, "busiest", "top?by=allowed&from=-", true},
    Question{&TopAnswers::limited, "limited", "top?by=limited&from=-", true},
    Question{&TopAnswers::denied, "denied", "top?by=denied&from=-", true},
    Question{&TopAnswers::tokens, "tokens", "tokens?by=model&from=-"},
    Question{&TopAnswers::lambda, "lambda", "lambda?from=-"},
};

std::string target_of(const Question& question, const Arguments& arguments) {
  std::string target = "/api/v1/analytics/" + std::string(question.target) + api::percent_encoded(arguments.last);
  if (question.counts) target += "&n=" + std::to_string(arguments.keys);
  return target;
}

std::string head_of(const Arguments& arguments) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 16> clock{};
  (void)std::strftime(clock.data(), clock.size(), "%H:%M:%S", &local);
  return "weir  " + config::printable(arguments.admin->url) + "  the last " + arguments.last + "  " + clock.data();
}

// What goes wrong is told on stderr; the error is the exit status.
std::expected<TopAnswers, int> first_look(const Arguments& arguments) {
  TopAnswers answers;
  for (const Question& question : questions) {
    auto answer = ask_admin(*arguments.admin, "GET", target_of(question, arguments));
    if (!answer) return std::unexpected(answer.error());
    answers.*question.answer = *std::move(answer);
  }
  return answers;
}

// What goes wrong is a line on the screen: a gateway that is started again is found again.
std::expected<TopAnswers, std::string> next_look(const Arguments& arguments) {
  auto address = parse_admin_url(arguments.admin->url);
  if (!address) return std::unexpected(address.error());
  address->token = arguments.admin->token;
  address->patience = std::chrono::seconds(2);
  TopAnswers answers;
  for (const Question& question : questions) {
    const auto answer = ask(*address, "GET", target_of(question, arguments));
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return std::unexpected("it answered " + std::to_string(answer->status));
    boost::json::error_code error;
    answers.*question.answer = boost::json::parse(answer->body, error);
    if (error) return std::unexpected("it answered without JSON");
  }
  return answers;
}

int show_live(const Arguments& arguments, TopAnswers answers, milliseconds every) {
  const TerminalScreen screen;
  std::string trouble;
  auto next = std::chrono::steady_clock::now() + every;
  while (true) {
    const std::string head = head_of(arguments) + (trouble.empty() ? "  (q leaves)" : "  NOT REACHED: " + trouble);
    screen.show(top_frame(answers, head, TerminalScreen::size()));
    const auto left = std::chrono::ceil<milliseconds>(next - std::chrono::steady_clock::now());
    const auto news = screen.wait(std::max(left, milliseconds(0)));
    if (news == TerminalScreen::News::quit) return ok;
    if (std::chrono::steady_clock::now() < next) continue;
    auto looked = next_look(arguments);
    trouble = looked ? "" : config::printable(looked.error());
    if (looked) answers = *std::move(looked);
    next = std::chrono::steady_clock::now() + every;
  }
}

int top(const Arguments& arguments) {
  const auto every = config::parse_duration(arguments.every);
  if (!every || *every < milliseconds(100) || *every > std::chrono::hours(1)) {
    std::cerr << "weir: --every must be a duration from 100ms to 1h, like 2s\n";
    return wrong_usage;
  }
  if (!config::parse_duration(arguments.last)) {
    std::cerr << "weir: --last must be a duration like 5m or 1h\n";
    return wrong_usage;
  }
  auto answers = first_look(arguments);
  if (!answers) return answers.error();
  if (arguments.admin->json) {
    boost::json::object all;
    for (const Question& question : questions) all[question.name] = std::move(*answers.*question.answer);
    std::cout << boost::json::serialize(all) << '\n' << std::flush;
    return ok;
  }
  if (::isatty(STDOUT_FILENO) == 1)
    return show_live(arguments, *std::move(answers), std::chrono::floor<milliseconds>(*every));
  std::cout << top_frame(*answers, head_of(arguments), {}) << std::flush;
  return ok;
}

}  // namespace

Run declare_top(Syntax arguments) {
  auto chosen = std::make_shared<Arguments>();
  arguments.option("--last", chosen->last, "The time that is counted").value_name("DURATION").shows_default();
  arguments.option("--every", chosen->every, "How often it is shown anew, on a terminal")
      .value_name("DURATION")
      .shows_default();
  arguments.option("-n,--keys", chosen->keys, "Keys of each ranking").value_name("N").between(1, 1000).shows_default();
  chosen->admin = declare_admin_options(arguments);
  arguments.footer("Example: weir top --last 1h");
  return [chosen] { return top(*chosen); };
}

}  // namespace weir::cli
