// edge.cpp: the hooks. Each turns Envoy's pointers into ours, calls one function, and lets no exception out.

#include "gateway/edge.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace weir::gateway {

namespace {

abi::Buffer buffer(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(abi::Buffer buffer) {
  return buffer.data == nullptr ? std::string_view{} : std::string_view{buffer.data, buffer.size};
}

void log_failure(std::string_view doing, std::string_view what) noexcept {
  try {
    log(LogLevel::error, "weir: " + std::string(doing) + ": " + std::string(what));
  } catch (...) {
    log(LogLevel::error, what);
  }
}

// Runs `work`; an exception is logged and becomes `on_failure`.
template <class Result, class Work>
Result guarded(std::string_view doing, Result on_failure, Work&& work) noexcept {
  try {
    return std::forward<Work>(work)();
  } catch (const std::exception& error) {
    log_failure(doing, error.what());
  } catch (...) {
    log_failure(doing, "unknown error");
  }
  return on_failure;
}

template <class Type>
const Type* from_envoy(const void* pointer) {
  return static_cast<const Type*>(pointer);
}

// Envoy hands a filter back as const, though it is the module's to change.
HttpFilter& filter_from_envoy(const void* pointer) {
  return *static_cast<HttpFilter*>(const_cast<void*>(pointer));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

}  // namespace

void log(LogLevel level, std::string_view message) noexcept {
  if (abi::envoy_dynamic_module_callback_log_enabled(level)) {
    abi::envoy_dynamic_module_callback_log(level, buffer(message));
  }
}

std::string_view Stream::header(std::string_view name, std::size_t index, std::size_t& count) const {
  abi::Buffer value{nullptr, 0};
  count = 0;
  if (!abi::envoy_dynamic_module_callback_http_get_header(filter_, abi::HeaderType::request, buffer(name), &value,
                                                          index, &count)) {
    return {};
  }
  return view(value);
}

std::string_view Stream::client_address() const {
  abi::Buffer value{nullptr, 0};
  if (!abi::envoy_dynamic_module_callback_http_filter_get_attribute_string(filter_, abi::Attribute::source_address,
                                                                           &value)) {
    return {};
  }
  return view(value);
}

const RouteConfig* Stream::route_config() const {
  return from_envoy<RouteConfig>(abi::envoy_dynamic_module_callback_get_most_specific_route_config(filter_));
}

void Stream::append_body(std::string& to) const {
  const auto type = abi::BodyType::received_request;
  std::vector<abi::Buffer> chunks(abi::envoy_dynamic_module_callback_http_get_body_chunks_size(filter_, type));
  if (chunks.empty() || !abi::envoy_dynamic_module_callback_http_get_body_chunks(filter_, type, chunks.data())) return;
  for (const abi::Buffer& chunk : chunks) to.append(view(chunk));
}

BodyStatus HttpFilter::on_request_body(Stream&, bool) { return BodyStatus::proceed; }
void HttpFilter::on_request_trailers(Stream&) {}

void Stream::set_response_header(std::string_view name, std::string_view value) {
  abi::envoy_dynamic_module_callback_http_set_header(filter_, abi::HeaderType::response, buffer(name), buffer(value));
}

void Stream::respond(std::uint32_t status, std::span<const HeaderField> headers, std::string_view body,
                     std::string_view details) {
  constexpr std::size_t most = 16;
  abi::Header raw[most];
  std::size_t count = 0;
  for (const HeaderField& field : headers.first(std::min(headers.size(), most))) {
    raw[count++] = {field.name.data(), field.name.size(), field.value.data(), field.value.size()};
  }
  abi::envoy_dynamic_module_callback_http_send_response(filter_, status, raw, count, buffer(body), buffer(details));
}

}  // namespace weir::gateway

using namespace weir::gateway;  // NOLINT(google-build-using-namespace): what follows is Envoy's namespace

WEIR_ENVOY_HOOK const char* envoy_dynamic_module_on_program_init() { return abi::version; }

// ---- HTTP filters

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
                              [&] { return filter_from_envoy(filter).on_request_headers(wrapped, end); });
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
                              [&] { return filter_from_envoy(filter).on_request_body(wrapped, end); });
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
    filter_from_envoy(filter).on_request_trailers(wrapped);
    return abi::TrailersStatus::proceed;
  });
}

WEIR_ENVOY_HOOK HeadersStatus envoy_dynamic_module_on_http_filter_response_headers(void* stream, const void* filter,
                                                                                   bool) {
  return guarded("response headers", HeadersStatus::proceed, [&] {
    Stream wrapped(stream);
    return filter_from_envoy(filter).on_response_headers(wrapped);
  });
}
WEIR_ENVOY_HOOK abi::BodyStatus envoy_dynamic_module_on_http_filter_response_body(void*, const void*, bool) {
  return abi::BodyStatus::proceed;
}
WEIR_ENVOY_HOOK abi::TrailersStatus envoy_dynamic_module_on_http_filter_response_trailers(void*, const void*) {
  return abi::TrailersStatus::proceed;
}

WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_stream_complete(void*, const void* filter) {
  guarded("stream end", false, [&] {
    filter_from_envoy(filter).on_stream_complete();
    return true;
  });
}

// Envoy refuses a module without these; no filter of ours has a call under way yet.
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_scheduled(void*, const void*, std::uint64_t) {}
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

// ---- The bootstrap extension

WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_bootstrap_extension_config_new(void* in_envoy, abi::Buffer name,
                                                                                   abi::Buffer config) {
  return guarded("bootstrap extension", static_cast<BootstrapExtension*>(nullptr), [&] {
    auto extension = make_bootstrap_extension(view(name), view(config));
    abi::envoy_dynamic_module_callback_bootstrap_extension_config_signal_init_complete(in_envoy);
    return extension.release();
  });
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_config_destroy(const void* extension) {
  delete from_envoy<BootstrapExtension>(extension);
}
// Envoy makes one extension of a configuration: it is the configuration itself.
WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_bootstrap_extension_new(const void* config, void*) {
  return config;
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_destroy(const void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_server_initialized(void*, const void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_worker_thread_initialized(void*, const void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_drain_started(void*, const void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_shutdown(void*, const void*, void (*done)(void*),
                                                                          void* context) {
  done(context);
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_config_scheduled(void*, const void*, std::uint64_t) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_timer_fired(void*, const void*, void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_file_changed(void*, const void*, abi::Buffer,
                                                                              std::uint32_t) {}
WEIR_ENVOY_HOOK std::uint32_t envoy_dynamic_module_on_bootstrap_extension_admin_request(void*, const void*, abi::Buffer,
                                                                                        abi::Buffer, abi::Buffer) {
  return 404;
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_http_callout_done(void*, const void*, std::uint64_t,
                                                                                   std::uint32_t, abi::Header*,
                                                                                   std::size_t, abi::Buffer*,
                                                                                   std::size_t) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_cluster_add_or_update(void*, const void*,
                                                                                       abi::Buffer) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_cluster_removal(void*, const void*, abi::Buffer) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_listener_add_or_update(void*, const void*,
                                                                                        abi::Buffer) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_bootstrap_extension_listener_removal(void*, const void*, abi::Buffer) {}
