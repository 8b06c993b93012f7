// edge.cpp: the hooks. Each turns Envoy's pointers into ours, calls one function, and lets no exception out.

#include "gateway/edge.hpp"

#include "gateway/guarded.hpp"

#include <algorithm>

namespace weir::gateway {

void log(LogLevel level, std::string_view message) noexcept {
  if (abi::envoy_dynamic_module_callback_log_enabled(level)) {
    abi::envoy_dynamic_module_callback_log(level, buffer(message));
  }
}

std::uint32_t workers() { return std::max(1U, abi::envoy_dynamic_module_callback_get_concurrency()); }

BodyStatus HttpFilter::on_request_body(Stream&, bool) { return BodyStatus::proceed; }
TrailersStatus HttpFilter::on_request_trailers(Stream&) { return TrailersStatus::proceed; }
BodyStatus HttpFilter::on_response_body(Stream&, bool) { return BodyStatus::proceed; }
TrailersStatus HttpFilter::on_response_trailers(Stream&) { return TrailersStatus::proceed; }
void HttpFilter::on_woken(Stream&) {}
void HttpFilter::on_stream_complete(Stream&) {}

}  // namespace weir::gateway

using namespace weir::gateway;  // NOLINT(google-build-using-namespace): what follows is Envoy's namespace

WEIR_ENVOY_HOOK const char* envoy_dynamic_module_on_program_init() { return abi::version; }

WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_http_filter_config_new(void*, abi::Buffer name,
                                                                           abi::Buffer config) {
  return guarded("filter configuration", static_cast<FilterConfig*>(nullptr),
                 [&] { return make_filter_config(view(name), view(config)).release(); });
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_config_destroy(const void* config) {
  delete from_envoy<FilterConfig>(config);
}

WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_http_filter_per_route_config_new(abi::Buffer name,
                                                                                     abi::Buffer config) {
  return guarded("route configuration", static_cast<RouteConfig*>(nullptr),
                 [&] { return make_route_config(view(name), view(config)).release(); });
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_per_route_config_destroy(const void* config) {
  delete from_envoy<RouteConfig>(config);
}

WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_http_filter_new(const void* config, void*) {
  return guarded("new stream", static_cast<HttpFilter*>(nullptr),
                 [&] { return from_envoy<FilterConfig>(config)->make_filter().release(); });
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_destroy(const void* filter) {
  delete from_envoy<HttpFilter>(filter);
}

WEIR_ENVOY_HOOK HeadersStatus envoy_dynamic_module_on_http_filter_request_headers(void* stream, const void* filter,
                                                                                  bool end) {
  Stream wrapped(stream);
  const auto status = guarded("request headers", HeadersStatus::stop_all_iteration_and_buffer,
                              [&] { return own<HttpFilter>(filter).on_request_headers(wrapped, end); });
  if (status == HeadersStatus::stop_all_iteration_and_buffer) {  // only a failure: never let it pass unlimited
    wrapped.respond(500, {}, {}, "weir_failure");
    return HeadersStatus::stop_iteration;
  }
  return status;
}
WEIR_ENVOY_HOOK abi::BodyStatus envoy_dynamic_module_on_http_filter_request_body(void* stream, const void* filter,
                                                                                 bool end) {
  Stream wrapped(stream);
  const auto status = guarded("request body", BodyStatus::stop_and_watermark,
                              [&] { return own<HttpFilter>(filter).on_request_body(wrapped, end); });
  if (status == BodyStatus::stop_and_watermark) {  // only a failure
    wrapped.respond(500, {}, {}, "weir_failure");
    return BodyStatus::stop_no_buffer;
  }
  return status;
}
WEIR_ENVOY_HOOK abi::TrailersStatus envoy_dynamic_module_on_http_filter_request_trailers(void* stream,
                                                                                         const void* filter) {
  return guarded("request trailers", abi::TrailersStatus::stop, [&] {
    Stream wrapped(stream);
    return own<HttpFilter>(filter).on_request_trailers(wrapped);
  });
}

WEIR_ENVOY_HOOK HeadersStatus envoy_dynamic_module_on_http_filter_response_headers(void* stream, const void* filter,
                                                                                   bool end) {
  return guarded("response headers", HeadersStatus::proceed, [&] {
    Stream wrapped(stream);
    return own<HttpFilter>(filter).on_response_headers(wrapped, end);
  });
}
// What fails while an answer is looked at lets it pass: its bytes are the upstream's.
WEIR_ENVOY_HOOK abi::BodyStatus envoy_dynamic_module_on_http_filter_response_body(void* stream, const void* filter,
                                                                                  bool end) {
  return guarded("response body", abi::BodyStatus::proceed, [&] {
    Stream wrapped(stream);
    return own<HttpFilter>(filter).on_response_body(wrapped, end);
  });
}
WEIR_ENVOY_HOOK abi::TrailersStatus envoy_dynamic_module_on_http_filter_response_trailers(void* stream,
                                                                                          const void* filter) {
  return guarded("response trailers", abi::TrailersStatus::proceed, [&] {
    Stream wrapped(stream);
    return own<HttpFilter>(filter).on_response_trailers(wrapped);
  });
}

WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_stream_complete(void* stream, const void* filter) {
  Stream wrapped(stream);
  guarded("stream end", [&] { own<HttpFilter>(filter).on_stream_complete(wrapped); });
}

WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_scheduled(void* stream, const void* filter, std::uint64_t) {
  Stream wrapped(stream);
  if (!guarded("wake-up", [&] { own<HttpFilter>(filter).on_woken(wrapped); })) {
    wrapped.respond(500, {}, {}, "weir_failure");
  }
}

// Envoy refuses a module without these; no filter of ours makes calls of its own.
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_http_callout_done(void*, const void*, std::uint64_t,
                                                                           std::uint32_t, abi::Header*, std::size_t,
                                                                           abi::Buffer*, std::size_t) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_http_stream_headers(void*, const void*, std::uint64_t,
                                                                             abi::Header*, std::size_t, bool) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_http_stream_data(void*, const void*, std::uint64_t,
                                                                          const abi::Buffer*, std::size_t, bool) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_http_stream_trailers(void*, const void*, std::uint64_t,
                                                                              abi::Header*, std::size_t) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_http_stream_complete(void*, const void*, std::uint64_t) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_http_stream_reset(void*, const void*, std::uint64_t,
                                                                           std::uint32_t) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_downstream_above_write_buffer_high_watermark(void*,
                                                                                                      const void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_downstream_below_write_buffer_low_watermark(void*,
                                                                                                     const void*) {}
