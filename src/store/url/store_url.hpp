// store_url.hpp: `store.url` of weir.yaml, understood. A room of its own, so that the configuration can read it without
// knowing Redis.
//
//   redis://[USER:PASSWORD@]HOST[:6379][/DB]
//   redis+cluster://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]...]
//   redis+sentinel://[USER:PASSWORD@]HOST[:26379][,...]/MASTER-NAME[/DB]
// each with `rediss` for TLS (`rediss+cluster`, `rediss+sentinel`); `valkey` may stand for `redis`. User and password
// are percent-encoded; a password alone is `:PASSWORD@`. An IPv6 address stands in brackets.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store {

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const HostPort&, const HostPort&) = default;
};

struct StoreUrl {
  enum class Kind : std::uint8_t { single, sentinel, cluster };
  Kind kind = Kind::single;
  bool tls = false;
  std::vector<HostPort> hosts;  // at least one; at most 64
  std::string user{};
  std::string password{};
  std::string master{};  // sentinel: the name it watches
  int database = 0;      // 0 to 999,999; a cluster has 0 alone
};

// The error says what is wrong without repeating user or password.
[[nodiscard]] std::expected<StoreUrl, std::string> parse_store_url(std::string_view text);
[[nodiscard]] bool is_redis_url(std::string_view text);  // by its scheme
// Scheme, hosts, name and database, without user and password: fit for logs.
[[nodiscard]] std::string shown(const StoreUrl& url);

}  // namespace weir::store
