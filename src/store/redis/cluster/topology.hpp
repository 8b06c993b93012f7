// topology.hpp: which node of a Cluster serves which slot, out of its own words: the reply of CLUSTER SLOTS, and the
// errors MOVED and ASK (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
#pragma once

#include "store/redis/resp/command.hpp"
#include "store/redis/resp/value.hpp"
#include "store/url/store_url.hpp"

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

inline constexpr std::size_t slot_count = 16'384;

struct Shard {
  HostPort master;
  std::vector<HostPort> replicas{};
};

class Topology {
 public:
  static constexpr std::size_t most_shards = 1'024;  // more than a Cluster is made for
  static constexpr std::size_t most_replicas = 16;   // of a shard; more are left out

  // Null while nobody is known to serve it.
  [[nodiscard]] const Shard* at(Slot slot) const;
  [[nodiscard]] const std::vector<Shard>& shards() const { return shards_; }
  [[nodiscard]] std::size_t covered() const;  // slots that somebody serves

  // From now on this node serves the slot. A node that was a replica becomes a shard of its own until the topology is
  // read anew; nothing happens when there are too many shards.
  void move(Slot slot, const HostPort& master);

 private:
  static constexpr std::uint16_t nobody = 0xFFFF;

  std::optional<std::uint16_t> shard_of(const HostPort& master);

  std::vector<Shard> shards_{};
  std::array<std::uint16_t, slot_count> owner_ = [] {
    std::array<std::uint16_t, slot_count> none{};
    none.fill(nobody);
    return none;
  }();

  friend std::expected<Topology, std::string> read_slots(const Value& reply, const HostPort& asked);
};

// The reply of CLUSTER SLOTS. A node that does not say its host is at the host that was `asked`. The error is a
// sentence: the server's own error, a reply that no Cluster gives, or one in which nobody serves anything.
[[nodiscard]] std::expected<Topology, std::string> read_slots(const Value& reply, const HostPort& asked);

// The server did nothing, and says where the slot is.
struct Redirection {
  enum class Kind : std::uint8_t {
    moved,  // for good
    ask,    // this once: the slot is on its way there, and the key is not here
  };
  Kind kind = Kind::moved;
  Slot slot = 0;
  HostPort node{};
  friend bool operator==(const Redirection&, const Redirection&) = default;
};

// "MOVED 3999 127.0.0.1:6381", "ASK 3999 ::1:6381", "MOVED 3999 :6381" (the host that was asked). Empty when the error
// is another one, or no such redirection can be.
[[nodiscard]] std::optional<Redirection> read_redirection(std::string_view error, const HostPort& asked);

}  // namespace weir::store::redis
