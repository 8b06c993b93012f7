#include "store/url/source_url.hpp"

#include "store/url/host.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace weir::store {
namespace {

constexpr std::size_t longest = 2048;

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
  auto host = read_host(text.substr(0, end), http_port(url.tls));
  if (!host) return std::unexpected(std::move(host.error()));
  url.host = *std::move(host);
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

}  // namespace weir::store
