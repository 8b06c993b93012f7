// abi.hpp: Envoy's dynamic-module ABI, declared by hand: the part of it that Weir uses, and nothing else.
//
// gateway/ is the only room that knows Envoy. A request's walk through it, file by file:
//   edge            wraps what is declared here in C++ types (edge_stream) and exports the hooks (extension_edge: those
//                   of the bootstrap extension); nobody else makes a raw call
//   module          which filter or extension stands behind which name
//   limits_filter   request headers -> denied_client -> admission -> continue, wait (wait_queue), or refusal;
//                   on the answer: rate_limit_headers; at the stream's end: hold is settled
//   admission       asked_limits (which limits apply: key_source, cost_header) -> one decision -> conclusion
//   asking          the same over a store that answers later: the request is held, its answer wakes the worker; what
//                   it holds there is renewed and settled by held_leases
//   model/          calls of models: model_stream (in the filter) -> model_call (what is asked for, what it took),
//                   stream_budget (a limit that ends or slows an answer), model_account (metrics)
//   lambda/         calls of functions: call_filter (before the router: the request becomes an event, once) ->
//                   attempt_filter (behind it, one an attempt: what the function answered becomes the client's answer)
//   runtime         the limiters and the store, one set a process; settings is how they reach the module (JSON)
//   extension       makes the runtime, and another one when the settings' file changes
//   bootstrap       the other side: a Config rendered as Envoy's bootstrap, which carries the settings
//
// Facts behind the declarations: Envoy 1.38 to 1.40, 64-bit; structures go by value, enums are 4 bytes. Envoy loads the
// module with RTLD_NOW, so a callback that it lacks fails the load: declare nothing that 1.40 does not have.
#pragma once

#include <cstddef>
#include <cstdint>

#define WEIR_ENVOY_HOOK extern "C" __attribute__((visibility("default")))

namespace weir::gateway::abi {

inline constexpr const char* version = "v0.2.0";  // Envoy 1.40's; another one only logs a warning there

struct Buffer {
  const char* data;
  std::size_t size;
};

struct Header {
  const char* name;
  std::size_t name_size;
  const char* value;
  std::size_t value_size;
};

enum class HeadersStatus : std::uint32_t {
  proceed,
  stop_iteration,
  continue_and_dont_end_stream,
  stop_all_iteration_and_buffer,
  stop_all_iteration_and_watermark,
};
enum class BodyStatus : std::uint32_t { proceed, stop_and_buffer, stop_and_watermark, stop_no_buffer };
enum class TrailersStatus : std::uint32_t { proceed, stop };
enum class BodyType : std::uint32_t { received_request, buffered_request, received_response, buffered_response };
enum class HeaderType : std::uint32_t { request, request_trailer, response, response_trailer };
enum class LogLevel : std::uint32_t { trace, debug, info, warn, error, critical, off };
enum class Attribute : std::uint32_t {
  request_protocol = 10,
  response_code = 15,
  response_code_details = 16,
  source_address = 24,
  cluster_name = 57,
  route_name = 61,
};
enum class ResetReason : std::uint32_t { local_reset = 2 };
enum class MetadataSource : std::uint32_t { dynamic, route, cluster, host, host_locality };

extern "C" {
// Inside a hook only. Views that a getter returns live until the hook ends or a setter is called.
bool envoy_dynamic_module_callback_http_get_header(void* filter, HeaderType type, Buffer name, Buffer* value,
                                                   std::size_t index, std::size_t* count);
bool envoy_dynamic_module_callback_http_set_header(void* filter, HeaderType type, Buffer name, Buffer value);
bool envoy_dynamic_module_callback_http_add_header(void* filter, HeaderType type, Buffer name, Buffer value);
std::size_t envoy_dynamic_module_callback_http_get_headers_size(void* filter, HeaderType type);
bool envoy_dynamic_module_callback_http_get_headers(void* filter, HeaderType type, Header* headers);
bool envoy_dynamic_module_callback_http_filter_get_attribute_string(void* filter, Attribute attribute, Buffer* value);
bool envoy_dynamic_module_callback_http_filter_get_attribute_int(void* filter, Attribute attribute,
                                                                 std::uint64_t* value);
bool envoy_dynamic_module_callback_http_get_metadata_string(void* filter, MetadataSource source, Buffer name_space,
                                                            Buffer key, Buffer* value);
bool envoy_dynamic_module_callback_http_get_metadata_number(void* filter, MetadataSource source, Buffer name_space,
                                                            Buffer key, double* value);
bool envoy_dynamic_module_callback_http_get_metadata_bool(void* filter, MetadataSource source, Buffer name_space,
                                                          Buffer key, bool* value);
void envoy_dynamic_module_callback_http_set_dynamic_metadata_number(void* filter, Buffer name_space, Buffer key,
                                                                    double value);
const void* envoy_dynamic_module_callback_get_most_specific_route_config(void* filter);
std::uint32_t envoy_dynamic_module_callback_http_filter_get_worker_index(void* filter);
std::size_t envoy_dynamic_module_callback_http_get_body_chunks_size(void* filter, BodyType type);
bool envoy_dynamic_module_callback_http_get_body_chunks(void* filter, BodyType type, Buffer* chunks);
bool envoy_dynamic_module_callback_http_append_body(void* filter, BodyType type, Buffer bytes);
bool envoy_dynamic_module_callback_http_drain_body(void* filter, BodyType type, std::size_t size);
bool envoy_dynamic_module_callback_http_received_buffered_request_body(void* filter);
void envoy_dynamic_module_callback_http_set_buffer_limit(void* filter, std::uint64_t bytes);
void envoy_dynamic_module_callback_http_send_response(void* filter, std::uint32_t status, const Header* headers,
                                                      std::size_t header_count, Buffer body, Buffer details);
void envoy_dynamic_module_callback_http_send_response_headers(void* filter, const Header* headers,
                                                              std::size_t header_count, bool end);
void envoy_dynamic_module_callback_http_send_response_data(void* filter, Buffer bytes, bool end);
void envoy_dynamic_module_callback_http_filter_reset_stream(void* filter, ResetReason reason, Buffer details);
void* envoy_dynamic_module_callback_http_filter_scheduler_new(void* filter);
void envoy_dynamic_module_callback_http_filter_continue_decoding(void* filter);  // in the scheduled hook alone
void envoy_dynamic_module_callback_http_filter_continue_encoding(void* filter);  // the same

// From any thread. A commit does nothing once the filter or the extension is gone.
void envoy_dynamic_module_callback_http_filter_scheduler_commit(void* scheduler, std::uint64_t event);
void envoy_dynamic_module_callback_http_filter_scheduler_delete(void* scheduler);
void envoy_dynamic_module_callback_bootstrap_extension_config_scheduler_commit(void* scheduler, std::uint64_t event);
void envoy_dynamic_module_callback_bootstrap_extension_config_scheduler_delete(void* scheduler);
void envoy_dynamic_module_callback_log(LogLevel level, Buffer message);
bool envoy_dynamic_module_callback_log_enabled(LogLevel level);

// Main thread. Envoy opens no listener before every bootstrap extension has said that it is ready.
void envoy_dynamic_module_callback_bootstrap_extension_config_signal_init_complete(void* config);
std::uint32_t envoy_dynamic_module_callback_get_concurrency();
void* envoy_dynamic_module_callback_bootstrap_extension_config_scheduler_new(void* config);
void* envoy_dynamic_module_callback_bootstrap_extension_timer_new(void* config);
void envoy_dynamic_module_callback_bootstrap_extension_timer_enable(void* timer, std::uint64_t milliseconds);
void envoy_dynamic_module_callback_bootstrap_extension_timer_delete(void* timer);
bool envoy_dynamic_module_callback_bootstrap_extension_file_watcher_add_watch(void* config, Buffer path,
                                                                              std::uint32_t events);
bool envoy_dynamic_module_callback_bootstrap_extension_register_admin_handler(void* config, Buffer prefix, Buffer help,
                                                                              bool removable, bool mutates);
void envoy_dynamic_module_callback_bootstrap_extension_admin_set_response(void* config, Buffer body);
}

}  // namespace weir::gateway::abi
