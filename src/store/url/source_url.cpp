#include "store/url/source_url.hpp"

#include "store/url/host.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace weir::store {
namespace {

constexpr std::size_t longest = 2048;
constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool is_visible(char c) { return c > ' ' && c < 0x7f; }

}  // namespace

std::expected<SourceUrl, std::string> parse_source_url(std::string_view text) {
  SourceUrl url;
  url.tls = text.starts_with("https://");
  if (!url.tls && !text.starts_with("http://")) return std::unexpected("must start with http:// or https://");
  if (text.size() > longest) return std::unexpected("has more than 2048 characters");
  if (!std::ranges::all_of(text, is_visible)) return std::unexpected("has a character that is not visible ASCII");
  text.remove_prefix(text.find("//") + 2);
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  const std::string_view target = text.substr(end);
  if (text.substr(0, end).contains('@')) return std::unexpected("has a user, of which there may be none");
  if (target.contains('#')) return std::unexpected("has a '#', which is not for servers");
  auto host = read_host(text.substr(0, end), url.tls ? https_port : http_port);
  if (!host) return std::unexpected(std::move(host.error()));
  url.host = *std::move(host);
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

std::string host_header(const SourceUrl& url) {
  const bool bracketed = url.host.host.contains(':');
  const std::string host = bracketed ? "[" + url.host.host + "]" : url.host.host;
  return url.host.port == (url.tls ? https_port : http_port) ? host : host + ":" + std::to_string(url.host.port);
}

}  // namespace weir::store
