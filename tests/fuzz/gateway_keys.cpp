// Fuzzes what reads keys, costs, client addresses and paths out of requests, and the line that logs them. The first
// byte picks the reader; the rest is split by 0xff into the header's occurrences. Held: parts lie within what the
// request holds, keys are stable, costs are in range, a redirect stays on the host and ends there, a line is one line.
#include "gateway/access_record.hpp"
#include "gateway/client_address.hpp"
#include "gateway/cost_header.hpp"
#include "gateway/escaped_slashes.hpp"
#include "gateway/key_source.hpp"

#include <weir/rule.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace {

using weir::config::KeySource;

// Every header, and the client's address, is made of the same bytes.
class FuzzedRequest final : public weir::gateway::Request {
 public:
  explicit FuzzedRequest(std::string_view bytes) {
    for (std::size_t at = 0; at != std::string_view::npos && values_.size() < 64;) {
      const std::size_t end = bytes.find('\xff', at);
      values_.push_back(bytes.substr(at, end == std::string_view::npos ? end : end - at));
      at = end == std::string_view::npos ? end : end + 1;
    }
  }
  [[nodiscard]] std::string_view header(std::string_view, std::size_t index, std::size_t& count) const override {
    count = values_.size();
    return index < count ? values_[index] : std::string_view{};
  }
  [[nodiscard]] std::string_view client_address() const override { return values_.front(); }

 private:
  std::vector<std::string_view> values_;
};

void require(bool holds) {
  if (!holds) std::abort();
}

void check_client_address(const FuzzedRequest& request, std::string_view bytes, int trusted_proxies) {
  constexpr std::string_view peer = "192.0.2.7:1";
  const auto client = weir::gateway::client_address(request, peer, trusted_proxies);
  const bool within = client.data() >= bytes.data() && client.data() + client.size() <= bytes.data() + bytes.size();
  require(within || client.data() == peer.data());
  require(trusted_proxies > 0 || client.data() == peer.data());
}

void check_slashes(std::string_view path) {
  using Action = weir::gateway::SlashVerdict::Action;
  constexpr auto redirect = weir::config::EscapedSlashes::redirect;
  const auto verdict = weir::gateway::escaped_slashes(redirect, path, false);
  if (verdict.action != Action::redirect) return;
  require(verdict.location.starts_with('/') && !verdict.location.starts_with("//"));
  require(!verdict.location.starts_with("/\\"));
  require(verdict.location.size() < path.size());
  require(weir::gateway::escaped_slashes(redirect, verdict.location, false).action == Action::proceed);
}

void check_access_line(std::string_view bytes) {
  std::string line;
  weir::gateway::append_access_line(line, {.method = bytes, .path = bytes, .route = bytes, .key = bytes},
                                    weir::config::AccessLog::Key::hash);
  require(line.ends_with("}\n"));
  line.pop_back();
  for (const char c : line) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const FuzzedRequest request(bytes);

  using Kind = KeySource::Kind;
  constexpr std::array kinds{Kind::ip, Kind::header, Kind::query, Kind::cookie, Kind::path, Kind::method, Kind::host};
  const KeySource source{.kind = kinds[data[0] % kinds.size()],
                         .name = "sid",
                         .field = {},
                         .ipv4_prefix = data[0] % 33,
                         .ipv6_prefix = data[0] % 129};
  const std::array pair{source, KeySource{.kind = Kind::header, .name = "x", .field = {}}};

  std::pmr::monotonic_buffer_resource memory;
  const auto one = weir::gateway::key_text({&source, 1}, request, "/", memory);
  require((one.missing == nullptr) == !one.text.empty());
  require(one.text.size() <= bytes.size() + 64);
  const auto two = weir::gateway::key_text(pair, request, "/", memory);
  require(two.missing != nullptr || (two.text.starts_with("[\"") && two.text.ends_with("\"]")));
  require(weir::gateway::key_text(pair, request, "/", memory).text == two.text);

  const auto cost = weir::gateway::parse_cost(bytes);
  require(!cost || (*cost >= 0 && *cost < weir::max_count));

  check_client_address(request, bytes, data[0] % 5);
  check_slashes(bytes);
  check_access_line(bytes);
  return 0;
}
