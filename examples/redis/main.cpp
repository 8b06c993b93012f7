// Three calls a minute for each user, counted in Redis: every program and gateway that names the same limit shares it.
// Runs on the program's own io_context; no thread is started, and run() returns after the last decision.
#include <weir/asio.hpp>
#include <weir/redis_asio.hpp>
#include <weir/weir.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>

namespace {

using boost::asio::use_awaitable;

boost::asio::awaitable<void> serve(weir::Limiter& limiter, std::string user) {
  for (int call = 1; call <= 4; ++call) {
    const weir::Decision decision = co_await limiter.async_limit(user, use_awaitable);
    std::cout << "call " << call << ": " << (decision ? "allowed" : "limited") << ", " << decision.remaining << " left"
              << (decision.degraded ? " (without Redis)" : "") << '\n';
  }
}

}  // namespace

int main(int count, char** words) {
  using namespace std::chrono_literals;
  const std::string url = count > 1 ? words[1] : "redis://127.0.0.1:6379";
  boost::asio::io_context io;
  weir::RedisStoreOptions options;
  options.on_notice = [](std::string_view sentence) { std::cerr << "store: " << sentence << '\n'; };
  const auto store = weir::redis_store(io.get_executor(), url, options);
  if (!store) {
    std::cerr << store.error() << '\n';
    return 2;
  }
  weir::Limiter limiter(weir::fixed_window(3, 24h), {.name = "example-calls", .store = *store});
  boost::asio::co_spawn(io, serve(limiter, "user:42"), [](std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
  });
  io.run();
}
