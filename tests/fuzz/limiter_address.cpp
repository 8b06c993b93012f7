// Any bytes as an address, a network or a pattern: what is read can be written and read again as the same.
#include "limiter/address.hpp"
#include "limiter/glob.hpp"
#include "limiter/key_set.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::limiter;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = parse_address(text);
  const auto network = parse_network(text);
  if (address) {
    require(parse_address(to_string(*address)) == address);
    require(network && contains(*network, *address) && network->prefix == address->bits());
  }
  if (network) {
    require(network->prefix >= 0 && network->prefix <= network->address.bits());
    require(parse_network(to_string(*network)) == network);
    require(contains(*network, network->address));
  }
  // The first line as a pattern, the rest as a key.
  const std::size_t end = text.find('\n');
  const std::string_view pattern = text.substr(0, end);
  const std::string_view key = end == std::string_view::npos ? text : text.substr(end + 1);
  KeySet set;
  if (set.add(pattern, 7)) {
    const auto found = set.find(key, weir::Instant{});
    require(!found || *found == 7);
    require(set.size() == 1 && set.remove(pattern) && set.empty());
  }
  return 0;
}
