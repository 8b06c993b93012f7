// admin_command.hpp: what the commands that talk to the admin API share: its options, its calls, what goes wrong.
#pragma once

#include "cli/syntax.hpp"

#include <boost/json/value.hpp>

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace weir::cli {

struct AdminOptions {
  std::string url = "http://127.0.0.1:9090";
  std::string token;
  bool json = false;
};

// --admin, --token (or $WEIR_ADMIN_TOKEN) and --json.
[[nodiscard]] std::shared_ptr<AdminOptions> declare_admin_options(Syntax arguments);

// Calls the API. A 2xx gives its body (null when it has none); with --json it has been printed. Anything else has been
// told on stderr, and the error is the exit status.
[[nodiscard]] std::expected<boost::json::value, int> call_admin(const AdminOptions& options, std::string_view method,
                                                                std::string_view target, std::string_view body = {});

// The same, without printing what it answered.
[[nodiscard]] std::expected<boost::json::value, int> ask_admin(const AdminOptions& options, std::string_view method,
                                                               std::string_view target, std::string_view body = {});

// The parts of the API's addresses.
[[nodiscard]] std::string limit_target(std::string_view limit, std::string_view rest);  // /api/v1/limits/LIMIT + rest

// The members of an answer; the second when there is none of that type.
[[nodiscard]] std::string_view text_of(const boost::json::value& answer, std::string_view name);
[[nodiscard]] bool is_true(const boost::json::value& answer, std::string_view name);

}  // namespace weir::cli
