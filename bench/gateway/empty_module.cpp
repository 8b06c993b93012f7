// A module of Envoy's whose filter does nothing at all: what Envoy itself spends on calling one.
#include "gateway/abi.hpp"

#include <cstddef>
#include <cstdint>

namespace abi = weir::gateway::abi;

namespace {
const int something = 0;  // Envoy takes null for a failure
}

WEIR_ENVOY_HOOK const char* envoy_dynamic_module_on_program_init() { return abi::version; }

WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_http_filter_config_new(void*, abi::Buffer, abi::Buffer) {
  return &something;
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_config_destroy(const void*) {}
WEIR_ENVOY_HOOK const void* envoy_dynamic_module_on_http_filter_new(const void*, void*) { return &something; }
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_destroy(const void*) {}

WEIR_ENVOY_HOOK abi::HeadersStatus envoy_dynamic_module_on_http_filter_request_headers(void*, const void*, bool) {
  return abi::HeadersStatus::proceed;
}
WEIR_ENVOY_HOOK abi::BodyStatus envoy_dynamic_module_on_http_filter_request_body(void*, const void*, bool) {
  return abi::BodyStatus::proceed;
}
WEIR_ENVOY_HOOK abi::TrailersStatus envoy_dynamic_module_on_http_filter_request_trailers(void*, const void*) {
  return abi::TrailersStatus::proceed;
}
WEIR_ENVOY_HOOK abi::HeadersStatus envoy_dynamic_module_on_http_filter_response_headers(void*, const void*, bool) {
  return abi::HeadersStatus::proceed;
}
WEIR_ENVOY_HOOK abi::BodyStatus envoy_dynamic_module_on_http_filter_response_body(void*, const void*, bool) {
  return abi::BodyStatus::proceed;
}
WEIR_ENVOY_HOOK abi::TrailersStatus envoy_dynamic_module_on_http_filter_response_trailers(void*, const void*) {
  return abi::TrailersStatus::proceed;
}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_stream_complete(void*, const void*) {}
WEIR_ENVOY_HOOK void envoy_dynamic_module_on_http_filter_scheduled(void*, const void*, std::uint64_t) {}

// Without these Envoy does not load it.
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
