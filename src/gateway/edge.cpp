// edge.cpp: the hooks. Each turns Envoy's pointers into ours, calls one function, and lets no exception out.

#include "gateway/edge.hpp"

#include "gateway/client_address.hpp"
#include "gateway/grpc_status.hpp"
#include "gateway/guarded.hpp"
#include "gateway/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace weir::gateway {

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

std::string_view Stream::attribute(abi::Attribute which) const {
  abi::Buffer value{nullptr, 0};
  if (!abi::envoy_dynamic_module_callback_http_filter_get_attribute_string(filter_, which, &value)) return {};
  return view(value);
}

std::string_view Stream::client_address() const {
  return gateway::client_address(*this, attribute(abi::Attribute::source_address), trusted_proxies_);
}

std::string_view Stream::route_name() const { return attribute(abi::Attribute::route_name); }
std::string_view Stream::cluster_name() const { return attribute(abi::Attribute::cluster_name); }

std::string_view Stream::metadata(std::string_view name_space, std::string_view key,
                                  std::pmr::memory_resource& memory) const {
  constexpr auto dynamic = abi::MetadataSource::dynamic;
  abi::Buffer text{nullptr, 0};
  if (abi::envoy_dynamic_module_callback_http_get_metadata_string(filter_, dynamic, buffer(name_space), buffer(key),
                                                                  &text)) {
    return view(text);
  }
  double number = 0;
  if (abi::envoy_dynamic_module_callback_http_get_metadata_number(filter_, dynamic, buffer(name_space), buffer(key),
                                                                  &number)) {
    return number_text(number, memory);
  }
  bool truth = false;
  if (abi::envoy_dynamic_module_callback_http_get_metadata_bool(filter_, dynamic, buffer(name_space), buffer(key),
                                                                &truth)) {
    return truth ? "true" : "false";
  }
  return {};
}

std::uint32_t Stream::worker() const {
  return abi::envoy_dynamic_module_callback_http_filter_get_worker_index(filter_);
}
std::uint32_t workers() { return std::max(1U, abi::envoy_dynamic_module_callback_get_concurrency()); }

const RouteConfig* Stream::route_config() const {
  return from_envoy<RouteConfig>(abi::envoy_dynamic_module_callback_get_most_specific_route_config(filter_));
}

std::size_t Stream::chunk_count(abi::BodyType type) const {
  return abi::envoy_dynamic_module_callback_http_get_body_chunks_size(filter_, type);
}
bool Stream::fill(abi::BodyType type, abi::Buffer* place) const {
  return abi::envoy_dynamic_module_callback_http_get_body_chunks(filter_, type, place);
}

void Stream::append_body(std::string& to) const {
  each_chunk(abi::BodyType::received_request, [&](std::string_view chunk) { to.append(chunk); });
}

std::size_t Stream::drain(abi::BodyType type) {
  std::size_t size = 0;
  each_chunk(type, [&](std::string_view chunk) { size += chunk.size(); });
  if (size != 0) abi::envoy_dynamic_module_callback_http_drain_body(filter_, type, size);
  return size;
}

void Stream::hold_body_up_to(std::uint64_t bytes) {
  abi::envoy_dynamic_module_callback_http_set_buffer_limit(filter_, bytes);
}

std::string Stream::request_body() const {
  std::string body;
  const auto append = [&](std::string_view chunk) { body.append(chunk); };
  each_chunk(abi::BodyType::buffered_request, append);
  if (!abi::envoy_dynamic_module_callback_http_received_buffered_request_body(filter_)) append_body(body);
  return body;
}

void Stream::replace_request_body(std::string_view body) {
  using enum abi::BodyType;
  const bool held = drain(buffered_request) != 0;
  const bool came = drain(received_request) != 0;
  abi::envoy_dynamic_module_callback_http_append_body(filter_, came || !held ? received_request : buffered_request,
                                                      buffer(body));
}

void Stream::replace_response_chunk(std::string_view bytes) {
  constexpr auto type = abi::BodyType::received_response;
  drain(type);
  if (!bytes.empty()) abi::envoy_dynamic_module_callback_http_append_body(filter_, type, buffer(bytes));
}

BodyStatus HttpFilter::on_request_body(Stream&, bool) { return BodyStatus::proceed; }
TrailersStatus HttpFilter::on_request_trailers(Stream&) { return TrailersStatus::proceed; }
BodyStatus HttpFilter::on_response_body(Stream&, bool) { return BodyStatus::proceed; }
TrailersStatus HttpFilter::on_response_trailers(Stream&) { return TrailersStatus::proceed; }
void HttpFilter::on_woken(Stream&) {}
void HttpFilter::on_stream_complete(Stream&) {}

StreamWaker::~StreamWaker() { abi::envoy_dynamic_module_callback_http_filter_scheduler_delete(scheduler_); }
void StreamWaker::wake() noexcept { abi::envoy_dynamic_module_callback_http_filter_scheduler_commit(scheduler_, 0); }

std::unique_ptr<StreamWaker> Stream::waker() const {
  return std::make_unique<StreamWaker>(abi::envoy_dynamic_module_callback_http_filter_scheduler_new(filter_));
}
void Stream::go_on() { abi::envoy_dynamic_module_callback_http_filter_continue_decoding(filter_); }

void Stream::answer_goes_on() { abi::envoy_dynamic_module_callback_http_filter_continue_encoding(filter_); }
void Stream::end_answer(std::string_view last) {
  abi::envoy_dynamic_module_callback_http_send_response_data(filter_, buffer(last), true);
}

void Stream::set_request_header(std::string_view name, std::string_view value) {
  abi::envoy_dynamic_module_callback_http_set_header(filter_, abi::HeaderType::request, buffer(name), buffer(value));
}
void Stream::remove_request_header(std::string_view name) {
  abi::envoy_dynamic_module_callback_http_set_header(filter_, abi::HeaderType::request, buffer(name), {nullptr, 0});
}

std::string_view Stream::response_header(std::string_view name) const {
  abi::Buffer value{nullptr, 0};
  std::size_t count = 0;
  if (!abi::envoy_dynamic_module_callback_http_get_header(filter_, abi::HeaderType::response, buffer(name), &value, 0,
                                                          &count)) {
    return {};
  }
  return view(value);
}
int Stream::response_status() const {
  const std::string_view text = response_header(":status");
  int status = 0;
  std::from_chars(text.data(), text.data() + text.size(), status);
  return status;
}
int Stream::status_sent() const {
  std::uint64_t status = 0;
  if (!abi::envoy_dynamic_module_callback_http_filter_get_attribute_int(filter_, abi::Attribute::response_code,
                                                                        &status)) {
    return 0;
  }
  return static_cast<int>(status);
}

void Stream::set_response_header(std::string_view name, std::string_view value) {
  abi::envoy_dynamic_module_callback_http_set_header(filter_, abi::HeaderType::response, buffer(name), buffer(value));
}

void Stream::remove_response_header(std::string_view name) {
  abi::envoy_dynamic_module_callback_http_set_header(filter_, abi::HeaderType::response, buffer(name), {nullptr, 0});
}

void Stream::respond(std::uint32_t status, std::span<const HeaderField> headers, std::string_view body,
                     std::string_view details) {
  constexpr std::size_t most = 32;
  abi::Header raw[most + 1];
  std::size_t count = 0;
  bool grpc_status_given = false;
  const auto add = [&](const HeaderField& field) {
    raw[count++] = {field.name.data(), field.name.size(), field.value.data(), field.value.size()};
    grpc_status_given = grpc_status_given || field.name == grpc_status_header;
  };
  for (const HeaderField& field : headers.first(std::min(headers.size(), most))) add(field);
  // Envoy takes a module's answer without a status of gRPC's own for OK, whatever its HTTP status.
  const bool grpc = Request::header("content-type").starts_with("application/grpc");
  if (grpc && !grpc_status_given) add({grpc_status_header, grpc_status(status)});
  abi::envoy_dynamic_module_callback_http_send_response(filter_, status, raw, count, buffer(body), buffer(details));
}

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
                                                                                   bool) {
  return guarded("response headers", HeadersStatus::proceed, [&] {
    Stream wrapped(stream);
    return own<HttpFilter>(filter).on_response_headers(wrapped);
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
