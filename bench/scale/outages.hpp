// outages.hpp: what gateways do about a server that has answered nothing in as long as a decision may take: each
// decides by itself, by its part of each limit, and tries the server once in `patience`; what it granted meanwhile is
// charged when the server is back.
#pragma once

#include "scenario.hpp"
#include "shards.hpp"
#include "table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir::scale {

class Outages {
 public:
  Outages(const Scenario& scenario, std::uint32_t servers)
      : scenario_(scenario), servers_(servers), seen_(std::size_t{scenario.gateways} * servers) {}

  [[nodiscard]] bool is_down(std::uint32_t gateway, std::uint32_t server) const { return of(gateway, server).down; }
  void answered(std::uint32_t gateway, std::uint32_t server, Time now) { of(gateway, server).last_answer = now; }
  // A single late answer among good ones is no outage.
  void unanswered(std::uint32_t gateway, std::uint32_t server, Time now) {
    Seen& seen = of(gateway, server);
    if (now - seen.last_answer < scenario_.timeout * 9 / 10) return;
    if (!seen.down) seen.next_try = now + patience;
    seen.down = true;
  }
  bool shall_try(std::uint32_t gateway, std::uint32_t server, Time now) {
    Seen& seen = of(gateway, server);
    if (!seen.down || now < seen.next_try) return false;
    seen.next_try = now + patience;
    return true;
  }
  void came_back(std::uint32_t gateway, std::uint32_t server, Time now, Shards& shards) {
    Seen& seen = of(gateway, server);
    seen.down = false;
    for (const auto& [key, at] : seen.granted) {
      if (at / scenario_.window == now / scenario_.window)
        shards.charge(server / scenario_.shards, server, key, now, 1);
    }
    seen.granted.clear();
  }

  bool grant(std::uint32_t gateway, std::uint32_t server, std::uint64_t key, Time now) {
    Share& share = shares_[key * 1024 + gateway];
    if (share.window != now / scenario_.window) share = {.window = now / scenario_.window};
    if (share.used >= std::max<std::int64_t>(1, scenario_.limit / scenario_.gateways)) return false;
    ++share.used;
    of(gateway, server).granted.emplace_back(key, now);
    return true;
  }

 private:
  static constexpr Time patience = 100 * milli;
  struct Seen {
    bool down = false;
    Time next_try = 0;
    Time last_answer = 0;
    std::vector<std::pair<std::uint64_t, Time>> granted{};
  };
  struct Share {
    Time window = -1;
    std::int64_t used = 0;
  };
  [[nodiscard]] const Seen& of(std::uint32_t gateway, std::uint32_t server) const {
    return seen_[std::size_t{gateway} * servers_ + server];
  }
  Seen& of(std::uint32_t gateway, std::uint32_t server) { return seen_[std::size_t{gateway} * servers_ + server]; }

  const Scenario& scenario_;
  std::uint32_t servers_;
  std::vector<Seen> seen_;
  Table<Share> shares_;
};

}  // namespace weir::scale
