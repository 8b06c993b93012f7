// redis.hpp: counters in Redis or Valkey, shared by any number of programs and gateways. Needs the standard library
// alone; for your own io_context include <weir/redis_asio.hpp>.
//
//   auto store = weir::redis_store("redis://127.0.0.1:6379").value();
//   weir::Limiter limiter(weir::sliding_window(100, 1min), {.name = "per-user", .store = store});
//   weir::Decision d = limiter.limit("user:42");
#pragma once

#include <weir/clock.hpp>
#include <weir/export.hpp>
#include <weir/store.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// How keys and values look in Redis.
enum class RedisLayout : std::uint8_t {
  weir,     // Redis' own clock decides, every algorithm, exact
  upstash,  // that of @upstash/ratelimit 2.2.0, to share counters with it
};

struct RedisTls {             // of a `rediss` URL; each a PEM file
  std::string ca{};           // authorities; none: the system's
  std::string cert{};         // our own certificate, with its chain
  std::string key{};          // its key
  std::string server_name{};  // what the server's certificate must be for; none: the host of the URL
};

// Of layout upstash: addresses that a public list calls bad are denied, as @upstash/ratelimit's enableProtection does
// it. One process of all fetches the list, after 02:00 UTC each day, beside its decisions; limits whose key is an
// address refuse who is on it as `denied`.
struct RedisIpDenyList {
  int threshold = 6;     // 1 to 8: on how many lists an address must be to be on the package's own
  std::string source{};  // another list than that, http[s]://HOST/PATH: a text with an address a line, at most 8 MiB
};

struct RedisStoreOptions {
  // A decision never waits longer: name look-up, connecting, redirects and retries included.
  std::chrono::nanoseconds timeout = std::chrono::milliseconds(100);
  std::string name_space = "weir";  // of what is kept beside the counters: two deployments on one Redis stay apart
  RedisLayout layout = RedisLayout::weir;
  // More URLs, each of a Redis of its own, the nearest first: all are written to, the first answer decides, the others
  // are reconciled with it later. In layout upstash of single servers and windows alone, as there.
  std::vector<std::string> regions{};
  std::optional<RedisIpDenyList> ip_deny_list{};  // of layout upstash, one server's; none: off
  RedisTls tls{};
  std::int64_t max_keys = 10'000'000;  // counted in this process while Redis does not answer (OnError::local)
  std::size_t max_calls = 65'536;      // that wait for an answer; what is beyond is decided by `on_error` at once
  Clock* clock = nullptr;              // of its limiters, must outlive the store; none: the system's
  // Called when the store goes down and when it is up again, once each, with a sentence that holds no secret. On the
  // store's executor: don't wait there.
  std::function<void(std::string_view sentence)> on_notice{};
};

// Connects with the first call, not before, and again by itself whenever a connection breaks: a server that is away
// is no error here. The error is a sentence about the URL, an option or a file. One thread does all I/O; it is started
// by the first call and ends with the last handle, in its destructor. A child of fork() must make a store of its own.
[[nodiscard]] WEIR_API std::expected<std::shared_ptr<Store>, std::string> redis_store(std::string_view url,
                                                                                      RedisStoreOptions options = {});

}  // namespace weir
