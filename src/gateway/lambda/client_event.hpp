// client_event.hpp: a client's request as the event that its function gets.
#pragma once

#include "config/lambda.hpp"
#include "gateway/header_field.hpp"
#include "lambda/event/event.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace weir::gateway {

// A request whose headers are here, and whose body is to come.
struct ClientRequest {
  std::span<const HeaderField> headers;  // in order, with those of HTTP/2's pseudo headers
  std::string_view protocol;             // HTTP/1.1, HTTP/2
  std::string_view client_address;       // ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT
  std::int64_t unix_ms = 0;
};

// Nothing of `request` is kept. Headers by which Weir's own parts speak do not enter: nobody may forge them.
[[nodiscard]] lambda::EventBuilder begin_event(const config::Lambda& lambda, const ClientRequest& request);

}  // namespace weir::gateway
