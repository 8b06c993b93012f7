// terms.hpp: what an alert waits for, and whom it tells.
//
// alerts/ tells people when a key comes near its limit, or is refused too often. Read in order:
//   terms        what an alert waits for
//   recent_keys  of which keys that is known already, in bounded memory
//   watch        sees each decision of a limit with alerts, and finds the crossings
//   message      a crossing as the body that is posted, and its signature
//   attempt      one try to post it
//   delivery     everything that waits to be posted: one thread, bounded, tried again
//   alerts       the watches of each limit
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace weir::alerts {

enum class Kind : std::uint8_t { share, refusals };

struct Webhook {
  bool tls = false;
  std::string host{};  // a name or an IP address, an IPv6 one without its brackets
  std::uint16_t port = 80;
  std::string target = "/";  // path and query
  friend bool operator==(const Webhook&, const Webhook&) = default;
  friend auto operator<=>(const Webhook&, const Webhook&) = default;
};

inline constexpr std::int64_t whole_share = 1'000'000;

struct Terms {
  std::string limit;
  Kind kind = Kind::share;
  std::int64_t at = whole_share;      // share: in millionths, 1 to whole_share; refusals: how many, 1 to most_refusals
  std::chrono::nanoseconds per{};     // refusals: in how long, > 0
  std::chrono::nanoseconds window{};  // share: how long a crossing is not told again, > 0; see `ends`
  bool ends = false;                  // share: windows end when a decision says that the limit is full again (`reset`)
  Webhook webhook{};
  std::string secret{};  // empty: what is posted is not signed

  // Whether both wait for the same.
  [[nodiscard]] bool same_crossings(const Terms& other) const {
    return limit == other.limit && kind == other.kind && at == other.at && per == other.per && window == other.window &&
           ends == other.ends;
  }
  friend bool operator==(const Terms&, const Terms&) = default;
};

inline constexpr std::int64_t most_refusals = 1'000'000;

}  // namespace weir::alerts
