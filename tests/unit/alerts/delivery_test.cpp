#include "alerts/delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <thread>

namespace weir::alerts {
namespace {

using namespace std::chrono_literals;

// Some port of this machine that refuses connections: it is bound, and nobody listens.
class ClosedPort {
 public:
  ClosedPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  ~ClosedPort() { ::close(socket_); }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

// Says what it was told to, at once.
class Decided final : public store::Once {
 public:
  explicit Decided(store::Claim claim) : claim_(claim) {}
  void claim(std::string_view, limits::Nanos, std::move_only_function<void(store::Claim)> done) override {
    done(claim_);
  }

 private:
  store::Claim claim_;
};

Message message_to(std::uint16_t port) {
  const Terms terms{.limit = "per-user", .window = 60s, .webhook = {.host = "127.0.0.1", .port = port}};
  return message_of(std::make_shared<const Terms>(terms), {.used = 1, .capacity = 1, .lasts = 60s}, "a", R"("a")");
}

constexpr Patience hasty{.attempt = 5s, .pauses = {1ms, 1ms, 1ms, 1ms}, .whole = 60s};

Told only(const Delivery& delivery) {
  const auto told = delivery.told();
  return told.empty() ? Told{} : told.front();
}

template <class Holds>
void wait_until(Holds holds) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!holds()) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    std::this_thread::sleep_for(1ms);
  }
}

TEST(AlertDelivery, GivesUpWhatNobodyTakesAndSaysWhyOnceWithoutThePath) {
  const ClosedPort nobody;
  std::mutex mutex;
  std::string said;
  Delivery delivery(
      [&](std::string_view sentence) {
        const std::scoped_lock lock(mutex);
        said += sentence;
      },
      hasty);
  ASSERT_TRUE(delivery.add(message_to(nobody.port()), nullptr));
  wait_until([&] { return only(delivery).failed == 1; });
  delivery.stop();
  EXPECT_EQ(said, "alert of limit 'per-user': webhook at 127.0.0.1: no connection: Connection refused");
}

TEST(AlertDelivery, KeepsQuietOfWhatAnotherOneTells) {
  const ClosedPort nobody;
  Delivery delivery({}, hasty);
  ASSERT_TRUE(delivery.add(message_to(nobody.port()), std::make_shared<Decided>(store::Claim::taken)));
  ASSERT_TRUE(delivery.add(message_to(nobody.port()), std::make_shared<Decided>(store::Claim::unknown)));
  wait_until([&] { return only(delivery).failed == 1; });
  delivery.stop();
  EXPECT_EQ(only(delivery).sent + only(delivery).dropped, 0);
  EXPECT_EQ(only(delivery).failed, 1);
}

TEST(AlertDelivery, DropsAndCountsWhatFindsNoRoom) {
  const ClosedPort nobody;
  Delivery delivery({}, {.attempt = 60s, .pauses = {60s, 60s, 60s, 60s}, .whole = 600s});
  for (std::size_t i = 0; i < Delivery::most_waiting; ++i)
    ASSERT_TRUE(delivery.add(message_to(nobody.port()), nullptr));
  EXPECT_FALSE(delivery.add(message_to(nobody.port()), nullptr));
  EXPECT_EQ(only(delivery).dropped, 1);
  delivery.stop(0ms);
}

TEST(AlertDelivery, TakesNothingOnceItHasStopped) {
  const ClosedPort nobody;
  Delivery delivery({}, hasty);
  delivery.stop();
  EXPECT_FALSE(delivery.add(message_to(nobody.port()), nullptr));
}

TEST(AlertDelivery, TellsCountsOfLimitsThatItKnows) {
  Delivery delivery;
  delivery.know("per-user");
  EXPECT_EQ(only(delivery).limit, "per-user");
}

}  // namespace
}  // namespace weir::alerts
