#include "store/redis/store/open_store.hpp"

#include "store/redis/native/layout.hpp"
#include "store/redis/store/own_thread.hpp"
#include "store/redis/upstash/ip_deny_lists.hpp"
#include "store/redis/upstash/layout.hpp"
#include "store/regions/regions_store.hpp"

#include <algorithm>
#include <utility>

namespace weir::store::redis {
namespace {

namespace asio = boost::asio;

constexpr std::size_t longest_name_space = 64;

bool is_name_space(std::string_view text) {
  const auto usable = [](char c) { return c > ' ' && c != '{' && c != '}' && c != 0x7F; };
  return !text.empty() && text.size() <= longest_name_space && std::ranges::all_of(text, usable);
}

std::unique_ptr<Layout> make_layout(const OpenOptions& options, bool cluster) {
  const std::string& name_space = options.store.name_space;
  if (options.layout == OpenOptions::Layout::weir) return native_layout(name_space);
  return upstash_layout({.cluster = cluster, .regions = !options.regions.empty(), .name_space = name_space});
}

std::expected<StoreUrl, std::string> checked(std::string_view url, const OpenOptions& options) {
  if (options.store.timeout <= Nanos(0)) return std::unexpected("the timeout must be above 0");
  if (options.store.max_calls == 0) return std::unexpected("max_calls must be above 0");
  if (!is_name_space(options.store.name_space)) {
    return std::unexpected("the namespace must be 1 to 64 characters without blanks and braces");
  }
  return parse_store_url(url);
}

bool is_cluster(std::string_view url) {
  const auto parsed = parse_store_url(url);
  return parsed && parsed->kind == StoreUrl::Kind::cluster;
}

// None when there is no source.
std::expected<std::shared_ptr<upstash::IpDenyLists>, std::string> make_ip_deny_lists(
    const asio::any_io_executor& executor, const std::shared_ptr<Client>& client, const OpenOptions& options,
    bool cluster) {
  if (options.ip_list_source.empty()) return nullptr;
  if (options.layout != OpenOptions::Layout::upstash) {
    return std::unexpected("an IP deny list needs layout upstash");
  }
  if (cluster) return std::unexpected("an IP deny list has no effect on a Cluster, where decisions do not ask for it");
  auto source = parse_source_url(options.ip_list_source);
  if (!source) return std::unexpected("the source of the IP deny list " + source.error());
  upstash::IpDenyListsOptions list{
      .source = *std::move(source), .keeps_time = options.store.keeps_time, .on_notice = options.store.on_notice};
  if (list.source.tls) {
    auto tls = TlsContext::make({});
    if (!tls) return std::unexpected(std::move(tls.error()));
    list.tls = *std::move(tls);
  }
  return upstash::IpDenyLists::make(executor, client, std::move(list));
}

// For people: where it is, without its secrets.
std::string name_of(std::size_t region, const StoreUrl& url) {
  return "region " + std::to_string(region + 1) + " (" + shown(url) + ")";
}

std::expected<std::shared_ptr<Region>, std::string> open_region(const asio::any_io_executor& executor, std::size_t nth,
                                                                std::string_view url, OpenOptions options) {
  const auto parsed = parse_store_url(url);
  if (!parsed) return std::unexpected(parsed.error());
  std::string name = name_of(nth, *parsed);
  if (auto notice = std::move(options.store.on_notice)) {
    options.store.on_notice = [name, notice = std::move(notice)](std::string_view sentence) {
      notice(name + ": " + std::string(sentence));
    };
  }
  auto store = open_redis_store(executor, url, std::move(options));
  if (!store) return std::unexpected(std::move(store.error()));
  return std::make_shared<Region>(std::move(name), *std::move(store));
}

}  // namespace

std::expected<std::shared_ptr<RedisStore>, std::string> open_redis_store(boost::asio::any_io_executor executor,
                                                                         std::string_view url, OpenOptions options) {
  auto parsed = checked(url, options);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  const bool cluster = parsed->kind == StoreUrl::Kind::cluster;
  auto client = make_client(executor, {.url = *std::move(parsed), .tls = options.tls});
  if (!client) return std::unexpected(std::move(client.error()));
  auto layout = make_layout(options, cluster);
  SharedSettingsOptions sharing{.name_space = options.store.name_space, .timeout = options.store.timeout};
  sharing.upstash = options.layout == OpenOptions::Layout::upstash && !cluster;
  sharing.on_notice = options.store.on_notice;
  sharing.on_first_call = options.store.on_first_call;
  auto settings = SharedSettings::make(executor, *client, std::move(sharing));
  auto ip_deny_lists = make_ip_deny_lists(executor, *client, options, cluster);
  if (!ip_deny_lists) return std::unexpected(std::move(ip_deny_lists.error()));
  return std::make_shared<RedisStore>(std::move(executor), *std::move(client), std::move(layout),
                                      std::move(options.store), std::move(settings), *std::move(ip_deny_lists));
}

std::expected<std::shared_ptr<Store>, std::string> open_redis_regions(const asio::any_io_executor& executor,
                                                                      std::string_view url,
                                                                      const OpenOptions& options) {
  if (options.regions.empty()) return open_redis_store(executor, url, options);
  std::vector<std::string_view> urls{url};
  urls.insert(urls.end(), options.regions.begin(), options.regions.end());
  if (options.layout == OpenOptions::Layout::upstash && std::ranges::any_of(urls, &is_cluster)) {
    return std::unexpected("a Cluster can't be a region with layout upstash: use single servers or layout weir");
  }
  if (!options.ip_list_source.empty()) {
    return std::unexpected("an IP deny list has no effect over several regions: the package denies by no list there");
  }
  std::vector<std::shared_ptr<Region>> regions;
  for (const std::string_view one : urls) {
    auto region = open_region(executor, regions.size(), one, options);
    if (!region) return std::unexpected(std::move(region.error()));
    regions.push_back(*std::move(region));
  }
  return std::make_shared<RegionsStore>(std::move(regions));
}

std::expected<std::shared_ptr<Store>, std::string> open_redis_store(std::string_view url, OpenOptions options) {
  const auto thread = std::make_shared<OwnThread>();
  options.store.keeps_time = true;
  // The store must not keep alive what owns it.
  options.store.on_first_call = [started = std::weak_ptr<OwnThread>(thread)] {
    if (const auto own = started.lock()) own->start();
  };
  auto store = open_redis_regions(thread->executor(), url, options);
  if (!store) return std::unexpected(std::move(store.error()));
  return thread->holding(*std::move(store));
}

}  // namespace weir::store::redis
