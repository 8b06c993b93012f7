#include "gateway/denied_client.hpp"

#include "gateway/client_network.hpp"
#include "gateway/key_source.hpp"

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>

namespace weir::gateway {

namespace {

bool says_who(config::KeySource::Kind kind) {
  using Kind = config::KeySource::Kind;
  switch (kind) {
    case Kind::ip:
    case Kind::header:
    case Kind::cookie:
    case Kind::query:
    case Kind::jwt:
      return true;
    case Kind::path:
    case Kind::method:
    case Kind::host:
    case Kind::route:
    case Kind::model:
    case Kind::metadata:
    case Kind::constant:
      break;
  }
  return false;
}

}  // namespace

std::optional<DeniedClient> denied_client(const limiter::DenyList& list, const Request& request,
                                          const RouteLimits* route, Instant now) {
  if (list.empty()) [[likely]]
    return std::nullopt;
  std::string address;
  append_client_network(address, request.client_address(), 32, 128);
  if (!address.empty() && list.denies(address, now)) return DeniedClient{};
  if (route == nullptr) return std::nullopt;
  std::array<std::byte, 512> on_stack;
  std::pmr::monotonic_buffer_resource memory(on_stack.data(), on_stack.size());
  for (const FirstMatch& first : route->limits) {
    for (const EnforcedLimit* limit : first) {
      for (const config::KeySource& part : limit->config.key) {
        if (!says_who(part.kind)) continue;
        const std::string_view text = part_of_key(part, request, route->name, memory);
        if (!text.empty() && list.denies(text, now)) return DeniedClient{limit};
      }
    }
  }
  return std::nullopt;
}

}  // namespace weir::gateway
