// Fuzzes what reads keys and costs out of requests. The first byte picks the reader; the rest is split by 0xff into the
// header's occurrences. Held: parts lie within what the request holds, keys are stable, costs are in range.
#include "gateway/cost_header.hpp"
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
  return 0;
}
