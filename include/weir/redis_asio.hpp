// redis_asio.hpp: a store in Redis that runs on your own executor and has no thread.
//
//   boost::asio::io_context io;
//   auto store = weir::redis_store(io.get_executor(), "redis://127.0.0.1:6379").value();
//   weir::Limiter limiter(weir::sliding_window(100, 1min), {.name = "per-user", .store = store});
//   weir::Decision d = co_await limiter.async_limit("user:42", boost::asio::use_awaitable);
#pragma once

#include <weir/redis.hpp>

#include <boost/asio/any_io_executor.hpp>

namespace weir {

// The executor must be a strand, or of an io_context that one thread runs; the io_context must outlive the store.
// io_context::run() returns as soon as the last decision is made, with the connection still open: an idle store is no
// work. Blocking calls (limit(), settle() ...) are for other threads: in the one that runs the executor they throw
// std::logic_error where that can be seen, and else wait for their timeout in vain.
[[nodiscard]] WEIR_API std::expected<std::shared_ptr<Store>, std::string> redis_store(
    boost::asio::any_io_executor executor, std::string_view url, RedisStoreOptions options = {});

}  // namespace weir
