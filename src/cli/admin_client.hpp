// admin_client.hpp: one HTTP/1.1 request to the admin listener, within a deadline and a bound.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace weir::cli {

// Where the admin API is, and how long it may take.
struct AdminAddress {
  std::string host = "127.0.0.1";  // name or IP address, without brackets
  std::uint16_t port = 9090;
  std::string path{};                                             // put before each call's; without a / at its end
  std::string token{};                                            // empty: none. Never part of any message
  std::chrono::milliseconds patience = std::chrono::seconds(10);  // for all of a call
};

struct AdminAnswer {
  int status = 0;
  std::string body;
};

// `http://127.0.0.1:9090`, with or without its scheme. The error is a sentence about the URL.
[[nodiscard]] std::expected<AdminAddress, std::string> parse_admin_url(std::string_view url);

// `target` starts with a slash and is encoded. A body makes it `application/json`. The error says why there is no
// answer.
[[nodiscard]] std::expected<AdminAnswer, std::string> ask(const AdminAddress& address, std::string_view method,
                                                          std::string_view target, std::string_view body = {});

}  // namespace weir::cli
