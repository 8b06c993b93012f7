// edge.hpp: Envoy as the rest of the room sees it. edge.cpp exports the hooks; no exception gets past it.
//
// Envoy calls the make_* functions (module.cpp) on its main thread, and a filter on the worker that has the stream.
#pragma once

#include "gateway/abi.hpp"
#include "gateway/header_field.hpp"
#include "gateway/request.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weir::gateway {

using abi::BodyStatus;
using abi::HeadersStatus;
using abi::LogLevel;

void log(LogLevel level, std::string_view message) noexcept;

struct RouteConfig;

// One request and its answer, inside a hook.
class Stream final : public Request {
 public:
  explicit Stream(void* filter) : filter_(filter) {}

  [[nodiscard]] std::string_view header(std::string_view name, std::size_t index, std::size_t& count) const override;
  [[nodiscard]] std::string_view client_address() const override;

  [[nodiscard]] const RouteConfig* route_config() const;  // of the route that matched; null when it has none

  // Appends what has just come of the request's body; inside the body hook alone.
  void append_body(std::string& to) const;

  // Takes the place of every value that the answer had under this name.
  void set_response_header(std::string_view name, std::string_view value);

  // Answers in the upstream's place; the hook then returns stop_iteration. `details` is for Envoy's access log.
  // Envoy leaves out the body for HEAD, and makes a trailers-only answer of it for gRPC.
  void respond(std::uint32_t status, std::span<const HeaderField> headers, std::string_view body,
               std::string_view details);

 private:
  void* filter_;
};

// A stream's filter: made when the stream starts, gone when it ends.
class HttpFilter {
 public:
  virtual ~HttpFilter() = default;
  virtual HeadersStatus on_request_headers(Stream& stream, bool end) = 0;
  virtual BodyStatus on_request_body(Stream& stream, bool end);
  virtual void on_request_trailers(Stream& stream);  // the request's end, when it has trailers
  virtual HeadersStatus on_response_headers(Stream& stream) = 0;
  virtual void on_stream_complete() {}  // the last thing a stream does, whichever way it ended
};

class FilterConfig {
 public:
  virtual ~FilterConfig() = default;
  [[nodiscard]] virtual std::unique_ptr<HttpFilter> make_filter() const = 0;
};

struct RouteConfig {
  virtual ~RouteConfig() = default;
};

struct BootstrapExtension {
  virtual ~BootstrapExtension() = default;
};

// Throw std::exception with a sentence for the log when the configuration can't be used; Envoy then refuses it.
[[nodiscard]] std::unique_ptr<FilterConfig> make_filter_config(std::string_view name, std::string_view config);
[[nodiscard]] std::unique_ptr<RouteConfig> make_route_config(std::string_view name, std::string_view config);
[[nodiscard]] std::unique_ptr<BootstrapExtension> make_bootstrap_extension(std::string_view name,
                                                                           std::string_view config);

}  // namespace weir::gateway
