// Any answer as what a node says of its Cluster's slots, and any error as a redirection: refused, or within all bounds.
#include "store/redis/cluster/topology.hpp"
#include "store/redis/resp/reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

using namespace weir::store;
using namespace weir::store::redis;

const HostPort asked{.host = "asked", .port = 1};

void require(bool condition) {
  if (!condition) std::abort();
}

void require_node(const HostPort& node) {
  require(!node.host.empty() && node.host.size() <= 255 && node.port != 0);
  require(std::ranges::none_of(node.host, [](char c) { return c <= ' ' || c == '\x7F'; }));
}

void judge(const Value& value) {
  if (const auto topology = read_slots(value, asked)) {
    require(topology->covered() > 0 && topology->shards().size() <= Topology::most_shards);
    for (const Shard& shard : topology->shards()) {
      require_node(shard.master);
      require(shard.replicas.size() <= Topology::most_replicas);
      std::ranges::for_each(shard.replicas, require_node);
    }
    for (std::size_t slot = 0; slot < slot_count; ++slot) {
      if (const Shard* shard = topology->at(static_cast<Slot>(slot))) require_node(shard->master);
    }
  }
  if (const auto where = read_redirection(value.text, asked)) {
    require_node(where->node);
    require(where->slot < slot_count);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader reader(1U << 16);
  const auto space = reader.space();
  const std::size_t taken = std::min(space.size(), size);
  std::memcpy(space.data(), data, taken);
  reader.filled(taken);
  while (reader.next() == Reader::Next::value) judge(reader.value());
  return 0;
}
