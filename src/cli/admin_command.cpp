#include "cli/admin_command.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include "api/target.hpp"
#include "cli/admin_client.hpp"
#include "cli/exit_status.hpp"
#include "config/shown.hpp"

namespace weir::cli {

namespace {

using Answered = std::expected<boost::json::value, int>;

std::unexpected<int> fail(int status, std::string_view sentence) {
  std::cerr << "weir: " << sentence << '\n';
  return std::unexpected(status);
}

// A token goes into a header's line.
bool is_token_text(std::string_view token) {
  return std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<boost::json::value> parsed(std::string_view body) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(body, error);
  return error ? std::nullopt : std::optional(std::move(value));
}

std::string sentence_of(const boost::json::value& problem) {
  const std::string_view detail = text_of(problem, "detail");
  return config::printable(detail.empty() ? text_of(problem, "title") : detail);
}

// What the API refuses is wrong usage; what it can't do now is out of reach.
int status_of(int http_status) {
  if (http_status == 409) return refused;
  return http_status >= 400 && http_status < 500 ? wrong_usage : unreachable;
}

Answered answered(const AdminOptions& options, const AdminAnswer& answer, bool print) {
  auto body = answer.body.empty() ? std::optional<boost::json::value>(nullptr) : parsed(answer.body);
  if (!body) {
    return fail(unreachable, config::printable(options.url) + " answered " + std::to_string(answer.status) +
                                 " without JSON: is it Weir's admin listener?");
  }
  if (options.json && (print || answer.status >= 300)) {
    std::cout << (body->is_null() ? "{}" : boost::json::serialize(*body)) << '\n' << std::flush;
  }
  if (answer.status >= 200 && answer.status < 300) return *std::move(body);
  if (answer.status == 401) {
    return fail(wrong_usage, options.token.empty() ? "the admin API wants a token: --token or $WEIR_ADMIN_TOKEN"
                                                   : "the admin API does not accept this token");
  }
  const std::string sentence = sentence_of(*body);
  return fail(status_of(answer.status),
              sentence.empty() ? "the admin API answered " + std::to_string(answer.status) : sentence);
}

Answered ask_and_print(const AdminOptions& options, std::string_view method, std::string_view target,
                       std::string_view body, bool print) {
  auto address = parse_admin_url(options.url);
  if (!address) return fail(wrong_usage, address.error());
  if (!is_token_text(options.token)) return fail(wrong_usage, "the token has characters that no header can hold");
  address->token = options.token;
  const auto answer = ask(*address, method, target, body);
  if (!answer) {
    return fail(unreachable, "cannot reach the admin API at " + config::printable(options.url) + ": " + answer.error());
  }
  return answered(options, *answer, print);
}

}  // namespace

std::shared_ptr<AdminOptions> declare_admin_options(Syntax arguments) {
  auto options = std::make_shared<AdminOptions>();
  arguments.option("--admin", options->url, "Where the admin listener is").value_name("URL").shows_default();
  arguments.option("--token", options->token, "Its token; others on this machine see it here, but not in the variable")
      .value_name("TOKEN")
      .from_environment("WEIR_ADMIN_TOKEN");
  arguments.flag("--json", options->json, "Print the API's answer");
  return options;
}

Answered call_admin(const AdminOptions& options, std::string_view method, std::string_view target,
                    std::string_view body) {
  return ask_and_print(options, method, target, body, true);
}

Answered ask_admin(const AdminOptions& options, std::string_view method, std::string_view target,
                   std::string_view body) {
  return ask_and_print(options, method, target, body, false);
}

std::string limit_target(std::string_view limit, std::string_view rest) {
  return "/api/v1/limits/" + api::percent_encoded(limit) + std::string(rest);
}

std::string_view text_of(const boost::json::value& answer, std::string_view name) {
  const auto* object = answer.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

bool is_true(const boost::json::value& answer, std::string_view name) {
  const auto* object = answer.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace weir::cli
