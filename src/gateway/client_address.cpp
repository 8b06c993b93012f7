#include "gateway/client_address.hpp"

#include "limiter/address.hpp"

#include <algorithm>
#include <cstddef>

namespace weir::gateway {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// What is before the port in ADDRESS, ADDRESS:PORT, [ADDRESS] or [ADDRESS]:PORT; empty when it is none of them.
std::string_view without_port(std::string_view entry) {
  if (entry.starts_with('[')) {
    const std::size_t end = entry.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view rest = entry.substr(end + 1);
    const bool well_formed = rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    return well_formed ? entry.substr(1, end - 1) : std::string_view{};
  }
  const std::size_t colon = entry.find(':');
  if (colon == std::string_view::npos || entry.find(':', colon + 1) != std::string_view::npos) return entry;
  return is_port(entry.substr(colon + 1)) ? entry.substr(0, colon) : std::string_view{};
}

}  // namespace

std::string_view client_address(const Request& request, std::string_view peer, int trusted_proxies) {
  if (trusted_proxies <= 0) return peer;
  constexpr std::string_view name = "x-forwarded-for";
  std::size_t lines = 0;
  std::string_view line = request.header(name, 0, lines);
  int to_skip = trusted_proxies;  // Envoy's own entry, and those that trusted proxies wrote of each other
  for (std::size_t left = lines; left > 0; --left) {
    if (lines > 1) line = request.header(name, left - 1, lines);
    if (line.empty()) continue;  // no entry, not an empty one
    std::size_t comma = line.rfind(',');
    for (; to_skip > 0 && comma != std::string_view::npos; --to_skip) {
      line = line.substr(0, comma);
      comma = line.rfind(',');
    }
    if (to_skip > 0) {
      --to_skip;
      continue;
    }
    const std::string_view entry = trimmed(comma == std::string_view::npos ? line : line.substr(comma + 1));
    const std::string_view address = without_port(entry);
    return limiter::parse_address(address) ? address : peer;
  }
  return peer;
}

std::optional<std::string_view> forwarded_proto(int trusted_proxies, bool tls) {
  if (trusted_proxies > 0) return std::nullopt;
  return tls ? "https" : "http";
}

}  // namespace weir::gateway
