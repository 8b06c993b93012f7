// open_store.hpp: a store URL and its options, made into a store.
#pragma once

#include "store/redis/client/client_options.hpp"
#include "store/redis/store/redis_store.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::store::redis {

struct OpenOptions {
  enum class Layout : std::uint8_t { weir, upstash };
  Layout layout = Layout::weir;
  TlsFiles tls{};
  std::vector<std::string> regions{};  // more URLs
  std::string ip_list_source{};        // of layout upstash on one server: where bad addresses are listed; empty: none
  StoreOptions store{};
};

// On an executor of the caller's, which must be a strand or one thread's. Connects with the first call. The error is a
// sentence without secrets.
[[nodiscard]] std::expected<std::shared_ptr<RedisStore>, std::string> open_redis_store(
    boost::asio::any_io_executor executor, std::string_view url, OpenOptions options);

// The same over the regions that the options name, too, if any.
[[nodiscard]] std::expected<std::shared_ptr<Store>, std::string> open_redis_regions(
    const boost::asio::any_io_executor& executor, std::string_view url, const OpenOptions& options);

// That with an I/O thread of its own, that the first call starts and the end of the last owner joins.
[[nodiscard]] std::expected<std::shared_ptr<Store>, std::string> open_redis_store(std::string_view url,
                                                                                  OpenOptions options);

}  // namespace weir::store::redis
