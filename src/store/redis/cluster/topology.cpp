#include "store/redis/cluster/topology.hpp"

#include <algorithm>
#include <charconv>
#include <span>

namespace weir::store::redis {
namespace {

constexpr std::size_t longest_host = 255;  // RFC 1035, 2.3.4

template <typename Number>
std::optional<Number> whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

bool is_host(std::string_view text) {
  return text.size() <= longest_host && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

// A Redis 7 that is to announce names and has none says "?".
bool is_unknown(std::string_view host) { return host.empty() || host == "?"; }

// Redis 7 says behind a node's id what it is not called by: ["ip", "10.0.0.1"] where a name is preferred.
std::string_view other_address(std::span<const Value> node) {
  if (node.size() < 4 || node[3].type != Value::Type::array) return {};
  const auto& pairs = node[3].items;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (pairs[i].text == "ip" && pairs[i + 1].type == Value::Type::text) return pairs[i + 1].text;
  }
  return {};
}

std::optional<HostPort> read_node(const Value& value, const HostPort& asked) {
  if (value.type != Value::Type::array || value.items.size() < 2) return std::nullopt;
  const Value& host = value.items[0];
  const Value& port = value.items[1];
  const bool named = host.type == Value::Type::text && is_host(host.text);
  if (!named && host.type != Value::Type::nil) return std::nullopt;
  if (port.type != Value::Type::integer || port.integer < 1 || port.integer > 65'535) return std::nullopt;
  std::string_view address = host.text;
  if (is_unknown(address)) address = other_address(value.items);
  if (is_unknown(address) || !is_host(address)) address = asked.host;
  return HostPort{.host = std::string(address), .port = static_cast<std::uint16_t>(port.integer)};
}

struct Range {
  Slot first = 0;
  Slot last = 0;
  Shard shard{};
};

bool is_slot(const Value& value) {
  return value.type == Value::Type::integer && value.integer >= 0 &&
         value.integer < static_cast<std::int64_t>(slot_count);
}

std::optional<Range> read_range(const Value& value, const HostPort& asked) {
  if (value.type != Value::Type::array || value.items.size() < 3) return std::nullopt;
  const auto& items = value.items;
  if (!is_slot(items[0]) || !is_slot(items[1]) || items[0].integer > items[1].integer) return std::nullopt;
  auto master = read_node(items[2], asked);
  if (!master) return std::nullopt;
  Range range{.first = static_cast<Slot>(items[0].integer),
              .last = static_cast<Slot>(items[1].integer),
              .shard = {.master = *std::move(master)}};
  for (const Value& item : items.subspan(3, std::min(items.size() - 3, Topology::most_replicas))) {
    auto replica = read_node(item, asked);
    if (!replica) return std::nullopt;
    range.shard.replicas.push_back(*std::move(replica));
  }
  return range;
}

}  // namespace

const Shard* Topology::at(Slot slot) const {
  const std::uint16_t owner = owner_[slot % slot_count];
  return owner == nobody ? nullptr : &shards_[owner];
}

std::size_t Topology::covered() const {
  return slot_count - static_cast<std::size_t>(std::ranges::count(owner_, nobody));
}

std::optional<std::uint16_t> Topology::shard_of(const HostPort& master) {
  const auto known = std::ranges::find(shards_, master, &Shard::master);
  if (known != shards_.end()) return static_cast<std::uint16_t>(known - shards_.begin());
  if (shards_.size() >= most_shards) return std::nullopt;
  shards_.push_back({.master = master});
  return static_cast<std::uint16_t>(shards_.size() - 1);
}

void Topology::move(Slot slot, const HostPort& master) {
  if (const auto shard = shard_of(master)) owner_[slot % slot_count] = *shard;
}

std::expected<Topology, std::string> read_slots(const Value& reply, const HostPort& asked) {
  if (reply.type == Value::Type::error) return std::unexpected(std::string(reply.text));
  if (reply.type != Value::Type::array || reply.items.size() > slot_count) {
    return std::unexpected("what it says of its slots is not what a Cluster says");
  }
  Topology topology;
  for (const Value& item : reply.items) {
    auto range = read_range(item, asked);
    if (!range) return std::unexpected("what it says of its slots is not what a Cluster says");
    const auto shard = topology.shard_of(range->shard.master);
    if (!shard) return std::unexpected("it names more shards than a Cluster can have");
    for (std::size_t slot = range->first; slot <= range->last; ++slot) {
      if (topology.owner_[slot] != Topology::nobody) return std::unexpected("it names a slot twice");
      topology.owner_[slot] = *shard;
    }
    topology.shards_[*shard].replicas = std::move(range->shard.replicas);
  }
  if (topology.shards_.empty()) return std::unexpected("nobody serves a slot");
  return topology;
}

std::optional<Redirection> read_redirection(std::string_view error, const HostPort& asked) {
  Redirection redirection;
  if (error.starts_with("MOVED ")) {
    error.remove_prefix(6);
  } else if (error.starts_with("ASK ")) {
    redirection.kind = Redirection::Kind::ask;
    error.remove_prefix(4);
  } else {
    return std::nullopt;
  }
  const std::size_t space = error.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto slot = whole<Slot>(error.substr(0, space));
  const std::string_view address = error.substr(space + 1);
  const std::size_t colon = address.rfind(':');  // an IPv6 address has no brackets here
  if (!slot || *slot >= slot_count || colon == std::string_view::npos) return std::nullopt;
  std::string_view host = address.substr(0, colon);
  const auto port = whole<std::uint16_t>(address.substr(colon + 1));
  if (!port || *port == 0 || !is_host(host)) return std::nullopt;
  if (is_unknown(host)) host = asked.host;
  redirection.slot = *slot;
  redirection.node = {.host = std::string(host), .port = *port};
  return redirection;
}

}  // namespace weir::store::redis
