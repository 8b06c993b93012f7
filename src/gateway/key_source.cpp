#include "gateway/key_source.hpp"

#include "gateway/client_network.hpp"
#include "gateway/cookie.hpp"
#include "gateway/jwt_claim_header.hpp"
#include "gateway/model/model_facts.hpp"
#include "gateway/percent.hpp"
#include "gateway/query.hpp"
#include "limiter/composite_key.hpp"

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <cstddef>

namespace weir::gateway {

namespace {

using Kind = config::KeySource::Kind;
using Memory = std::pmr::memory_resource;

std::string_view copied(std::string_view text, Memory& memory) {
  char* const copy = static_cast<char*>(memory.allocate(std::max<std::size_t>(text.size(), 1), 1));
  std::ranges::copy(text, copy);
  return {copy, text.size()};
}

// Text that another room appends to: it keeps its capacity from one request to the next.
std::string& scratch() {
  thread_local std::string text;
  text.clear();
  return text;
}

std::string_view client(const config::KeySource& source, const Request& request, Memory& memory) {
  std::string& text = scratch();
  append_client_network(text, request.client_address(), source.ipv4_prefix, source.ipv6_prefix);
  return copied(text, memory);
}

std::string_view joined_header(const Request& request, std::string_view name, Memory& memory) {
  std::size_t count = 0;
  const std::string_view first = request.header(name, 0, count);
  if (count <= 1) return first;
  std::size_t size = count - 1;
  for (std::size_t i = 0; i < count; ++i) size += request.header(name, i, count).size();
  char* const joined = static_cast<char*>(memory.allocate(size, 1));
  char* end = joined;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) *end++ = ',';
    end = std::ranges::copy(request.header(name, i, count), end).out;
  }
  const std::string_view text(joined, static_cast<std::size_t>(end - joined));
  return text.find_first_not_of(',') == std::string_view::npos ? std::string_view{} : text;  // only empty values
}

std::string_view cookie(const Request& request, std::string_view name, Memory& memory) {
  std::size_t count = 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view value = cookie_value(request.header("cookie", i, count), name);
    if (!value.empty()) return percent_decoded(value, memory);
  }
  return {};
}

// Lower case, without port; an IPv6 address keeps its brackets.
std::string_view host(std::string_view authority, Memory& memory) {
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    authority = authority.substr(0, colon);
  }
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::ranges::none_of(authority, upper)) return authority;
  char* const lower = static_cast<char*>(memory.allocate(authority.size(), 1));
  std::ranges::transform(authority, lower, [&](char c) { return upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; });
  return {lower, authority.size()};
}

}  // namespace

std::string_view part_of_key(const config::KeySource& source, const Request& request, std::string_view route,
                             Memory& memory) {
  switch (source.kind) {
    case Kind::ip:
      return client(source, request, memory);
    case Kind::header:
      return joined_header(request, source.name, memory);
    case Kind::query:
      return percent_decoded(query_parameter(query_of(request.header(":path")), source.name), memory);
    case Kind::cookie:
      return cookie(request, source.name, memory);
    case Kind::path:
      return path_without_query(request.header(":path"));
    case Kind::method:
      return request.header(":method");
    case Kind::host:
      return host(request.header(":authority"), memory);
    case Kind::route:
      return route;
    case Kind::constant:
      return source.name;
    case Kind::jwt:
      return joined_header(request, jwt_claim_header(source.name), memory);
    case Kind::metadata:
      return request.metadata(source.name, source.field, memory);
    case Kind::model:
      return request.model_facts() == nullptr ? std::string_view{} : request.model_facts()->model;
  }
  return {};
}

KeyText key_text(std::span<const config::KeySource> parts, const Request& request, std::string_view route,
                 Memory& memory) {
  if (parts.size() == 1) {
    const std::string_view text = part_of_key(parts.front(), request, route, memory);
    return {text, text.empty() ? &parts.front() : nullptr};
  }
  boost::container::small_vector<std::string_view, 8> texts;
  for (const config::KeySource& part : parts) {
    texts.push_back(part_of_key(part, request, route, memory));
    if (texts.back().empty()) return {{}, &part};
  }
  std::string& list = scratch();
  limiter::append_composite_key(list, std::span(texts.data(), texts.size()));
  return {copied(list, memory), nullptr};
}

std::string describe(const config::KeySource& source) {
  switch (source.kind) {
    case Kind::ip:
      return "client address";
    case Kind::header:
      return "header " + source.name;
    case Kind::query:
      return "query parameter " + source.name;
    case Kind::cookie:
      return "cookie " + source.name;
    case Kind::path:
      return "path";
    case Kind::method:
      return "method";
    case Kind::host:
      return "host";
    case Kind::route:
      return "route";
    case Kind::model:
      return "model";
    case Kind::jwt:
      return "JWT claim " + source.name;
    case Kind::metadata:
      return "metadata " + source.name + "." + source.field;
    case Kind::constant:
      return "constant";
  }
  return {};
}

}  // namespace weir::gateway
