// edge_stream.cpp: what a stream tells and takes, each one call of Envoy's.

#include "gateway/client_address.hpp"
#include "gateway/edge.hpp"
#include "gateway/grpc_status.hpp"
#include "gateway/guarded.hpp"
#include "gateway/number_text.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace weir::gateway {

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
std::string_view Stream::protocol() const { return attribute(abi::Attribute::request_protocol); }
std::string_view Stream::answer_details() const { return attribute(abi::Attribute::response_code_details); }

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

void Stream::set_metadata(std::string_view name_space, std::string_view key, double number) {
  abi::envoy_dynamic_module_callback_http_set_dynamic_metadata_number(filter_, buffer(name_space), buffer(key), number);
}
std::optional<double> Stream::number_in_metadata(std::string_view name_space, std::string_view key) const {
  double number = 0;
  if (!abi::envoy_dynamic_module_callback_http_get_metadata_number(filter_, abi::MetadataSource::dynamic,
                                                                   buffer(name_space), buffer(key), &number)) {
    return std::nullopt;
  }
  return number;
}

std::uint32_t Stream::worker() const {
  return abi::envoy_dynamic_module_callback_http_filter_get_worker_index(filter_);
}

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

StreamWaker::~StreamWaker() { abi::envoy_dynamic_module_callback_http_filter_scheduler_delete(scheduler_); }
void StreamWaker::wake() noexcept { abi::envoy_dynamic_module_callback_http_filter_scheduler_commit(scheduler_, 0); }

std::unique_ptr<StreamWaker> Stream::waker() const {
  return std::make_unique<StreamWaker>(abi::envoy_dynamic_module_callback_http_filter_scheduler_new(filter_));
}
void Stream::go_on() { abi::envoy_dynamic_module_callback_http_filter_continue_decoding(filter_); }

void Stream::answer_goes_on() { abi::envoy_dynamic_module_callback_http_filter_continue_encoding(filter_); }
void Stream::begin_response(std::span<const HeaderField> headers) {
  std::vector<abi::Header> raw;
  for (const HeaderField& field : headers) {
    raw.push_back({field.name.data(), field.name.size(), field.value.data(), field.value.size()});
  }
  abi::envoy_dynamic_module_callback_http_send_response_headers(filter_, raw.data(), raw.size(), false);
}
void Stream::send_more(std::string_view bytes, bool end) {
  abi::envoy_dynamic_module_callback_http_send_response_data(filter_, buffer(bytes), end);
}

void Stream::end_answer(std::string_view last) {
  abi::envoy_dynamic_module_callback_http_send_response_data(filter_, buffer(last), true);
}

// Where nothing is buffered, Envoy makes a buffer of it; a head that had no body then goes on as one that has.
void Stream::add_request_body(std::string_view body) {
  abi::envoy_dynamic_module_callback_http_append_body(filter_, abi::BodyType::buffered_request, buffer(body));
}
void Stream::add_response_body(std::string_view body) {
  abi::envoy_dynamic_module_callback_http_append_body(filter_, abi::BodyType::buffered_response, buffer(body));
}

std::vector<HeaderField> Stream::headers(abi::HeaderType type) const {
  std::vector<abi::Header> raw(abi::envoy_dynamic_module_callback_http_get_headers_size(filter_, type));
  std::vector<HeaderField> fields;
  if (raw.empty() || !abi::envoy_dynamic_module_callback_http_get_headers(filter_, type, raw.data())) return fields;
  fields.reserve(raw.size());
  for (const abi::Header& one : raw) {
    fields.push_back({{one.name, one.name_size}, {one.value, one.value_size}});
  }
  return fields;
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

void Stream::add_response_header(std::string_view name, std::string_view value) {
  abi::envoy_dynamic_module_callback_http_add_header(filter_, abi::HeaderType::response, buffer(name), buffer(value));
}

void Stream::reset(std::string_view details) {
  abi::envoy_dynamic_module_callback_http_filter_reset_stream(filter_, abi::ResetReason::local_reset, buffer(details));
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
