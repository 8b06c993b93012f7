// redis_store.cpp: handles of stores in Redis.
#include <weir/redis.hpp>
#include <weir/redis_asio.hpp>

#include "store/redis/store/open_store.hpp"
#include "store/redis/upstash/ip_deny_list.hpp"

#include <utility>

namespace weir {
namespace {

using store::redis::OpenOptions;

std::expected<OpenOptions, std::string> open_options(RedisStoreOptions options) {
  OpenOptions opened;
  if (options.ip_deny_list) {
    opened.ip_list_source = std::move(options.ip_deny_list->source);
    if (opened.ip_list_source.empty()) {
      auto source = store::redis::upstash::ip_list_source(options.ip_deny_list->threshold);
      if (!source) return std::unexpected(std::move(source.error()));
      opened.ip_list_source = *std::move(source);
    }
  }
  opened.layout = options.layout == RedisLayout::weir ? OpenOptions::Layout::weir : OpenOptions::Layout::upstash;
  opened.tls = {.ca = std::move(options.tls.ca),
                .cert = std::move(options.tls.cert),
                .key = std::move(options.tls.key),
                .server_name = std::move(options.tls.server_name)};
  opened.regions = std::move(options.regions);
  opened.store.timeout = options.timeout;
  opened.store.name_space = std::move(options.name_space);
  opened.store.max_calls = options.max_calls;
  opened.store.on_notice = std::move(options.on_notice);
  return opened;
}

template <class Opened>
std::expected<std::shared_ptr<Store>, std::string> handle_of(Opened opened, Clock* clock, std::int64_t max_keys) {
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::make_shared<Store>(*std::move(opened), clock, max_keys);
}

}  // namespace

std::expected<std::shared_ptr<Store>, std::string> redis_store(std::string_view url, RedisStoreOptions options) {
  Clock* const clock = options.clock;
  const std::int64_t max_keys = options.max_keys;
  auto opened = open_options(std::move(options));
  if (!opened) return std::unexpected(std::move(opened.error()));
  return handle_of(store::redis::open_redis_store(url, *std::move(opened)), clock, max_keys);
}

std::expected<std::shared_ptr<Store>, std::string> redis_store(boost::asio::any_io_executor executor,
                                                               std::string_view url, RedisStoreOptions options) {
  Clock* const clock = options.clock;
  const std::int64_t max_keys = options.max_keys;
  const auto opened = open_options(std::move(options));
  if (!opened) return std::unexpected(opened.error());
  return handle_of(store::redis::open_redis_regions(executor, url, *opened), clock, max_keys);
}

}  // namespace weir
