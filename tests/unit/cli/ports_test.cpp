#include "cli/ports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>

namespace weir::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A socket that listens on a free port of the loopback address.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (!socket_) throw std::runtime_error("no socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_.get(), generic, length), 0);
    EXPECT_EQ(::listen(socket_.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket_.get(), generic, &length), 0);
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] config::Address address() const { return {"127.0.0.1", port_}; }
  void close() { socket_.reset(); }

 private:
  FileDescriptor socket_;
  std::uint16_t port_ = 0;
};

TEST(Address, IsWrittenAsInAUrl) {
  EXPECT_EQ(to_string({"127.0.0.1", 8080}), "127.0.0.1:8080");
  EXPECT_EQ(to_string({"::1", 8080}), "[::1]:8080");
}

TEST(Address, OfAllInterfacesIsReachedByLoopback) {
  EXPECT_EQ(reachable({"0.0.0.0", 80}).host, "127.0.0.1");
  EXPECT_EQ(reachable({"::", 80}).host, "::1");
  EXPECT_EQ(reachable({"192.0.2.1", 80}).host, "192.0.2.1");
}

TEST(ListeningInodes, AreOfSocketsThatListenOnThePort) {
  constexpr auto table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 "
      "0\n"
      "   1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 1111 1 0 100 0 0 10 "
      "0\n"
      "  22: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2222 1 0 100 0 0 10 "
      "0\n"
      "broken\n";
  EXPECT_THAT(listening_inodes(table, 8080), ElementsAre("4242"));
  EXPECT_THAT(listening_inodes(table, 80), ElementsAre("2222"));
  EXPECT_THAT(listening_inodes(table, 81), IsEmpty());
}

TEST(ListenClaim, NamesWhoHasThePort) {
  const Listener other;
  const auto claim = ListenClaim::make(other.address());
  ASSERT_FALSE(claim);
  EXPECT_THAT(claim.error(), HasSubstr("port " + std::to_string(other.address().port) + " is taken (by process " +
                                       std::to_string(::getpid()) + ", "));
}

TEST(ListenClaim, IsOfOneAtATime) {
  Listener other;
  const config::Address address = other.address();
  other.close();
  auto first = ListenClaim::make(address);
  ASSERT_TRUE(first);
  EXPECT_THAT(ListenClaim::make(address).error(), HasSubstr("another weir that is starting"));
  first->release();
  EXPECT_TRUE(ListenClaim::make(address));
}

TEST(ListenClaim, RefusesWhatIsNoAddressOfThisMachine) {
  EXPECT_THAT(ListenClaim::make({"192.0.2.1", 8080}).error(), HasSubstr("not an address of this machine"));
  EXPECT_THAT(ListenClaim::make({"example", 8080}).error(), HasSubstr("not an IP address"));
}

TEST(Answers, TellsWhetherSomebodyListens) {
  Listener other;
  EXPECT_TRUE(answers(other.address()));
  other.close();
  EXPECT_FALSE(answers(other.address()));
}

}  // namespace
}  // namespace weir::cli
