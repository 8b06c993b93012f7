// served.hpp: limits of the library itself, for what the layout's scripts are not the whole of: windows that are
// counted in the process, lists that are fetched.
#pragma once

#include "limiter/fake_clock.hpp"

#include <weir/limiter.hpp>
#include <weir/redis.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace weir::conformance {

struct ServedLimit {
  std::string prefix;
  std::int64_t tokens = 1;
  std::chrono::milliseconds window{1};
  bool cached = false;
  std::string source;  // of bad addresses; empty: none
};

// A limit has a store of its own: so is what it knows.
class Served {
 public:
  explicit Served(std::uint16_t port) : url_("redis://127.0.0.1:" + std::to_string(port)) {}

  void open(const std::string& name, const ServedLimit& limit) {
    RedisStoreOptions options{.timeout = std::chrono::seconds(10), .layout = RedisLayout::upstash, .clock = &clock_};
    if (!limit.source.empty()) options.ip_deny_list = RedisIpDenyList{.source = limit.source};
    auto store = redis_store(url_, std::move(options));
    if (!store) throw std::invalid_argument(store.error());
    limits_.insert_or_assign(
        name, Limiter(fixed_window(limit.tokens, limit.window), {.name = name,
                                                                 .store = *std::move(store),
                                                                 .prefix = limit.prefix,
                                                                 .mode = limit.cached ? Mode::cached : Mode::exact,
                                                                 .on_error = OnError::deny,
                                                                 .timeout = std::chrono::seconds(10)}));
  }

  Decision ask(const std::string& name, const std::string& id, std::int64_t cost, std::int64_t now) {
    clock_.set(Instant(std::chrono::milliseconds(now)));
    return limits_.at(name).limit(id, cost);
  }

 private:
  std::string url_;
  limiter::FakeClock clock_;
  std::map<std::string, Limiter> limits_;
};

}  // namespace weir::conformance
