#include "gateway/make_store.hpp"

#include <weir/redis.hpp>

#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

namespace weir::gateway {

std::shared_ptr<Store> make_store(const config::Store& settings, Clock* clock, const Note& note) {
  if (settings.is_memory()) return memory_store({.max_keys = settings.max_keys, .clock = clock});
  RedisStoreOptions options{
      .timeout = settings.timeout,
      .name_space = settings.name_space,
      .layout = settings.layout == config::Store::Layout::upstash ? RedisLayout::upstash : RedisLayout::weir,
      .tls = {.ca = settings.tls.ca,
              .cert = settings.tls.certificate,
              .key = settings.tls.key,
              .server_name = settings.tls.server_name},
      .max_keys = settings.max_keys,
      .clock = clock,
      .on_notice = note};
  if (const auto& list = settings.ip_deny_list) {
    options.ip_deny_list = RedisIpDenyList{.threshold = list->threshold, .source = list->source};
  }
  for (const config::Secret& region : settings.regions) options.regions.push_back(region.value);
  auto store = redis_store(settings.url.value, std::move(options));
  if (!store) throw std::runtime_error("the store: " + store.error());
  return *std::move(store);
}

bool same_store(const config::Store& one, const config::Store& other) {
  if (one.is_memory() && other.is_memory()) return true;
  return std::tie(one.url, one.regions, one.tls, one.layout, one.ip_deny_list, one.name_space, one.timeout) ==
         std::tie(other.url, other.regions, other.tls, other.layout, other.ip_deny_list, other.name_space,
                  other.timeout);
}

}  // namespace weir::gateway
