// ports.hpp: can the gateway listen where its config says, and if not, who is in the way?
#pragma once

#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "cli/file_descriptor.hpp"
#include "config/config.hpp"

namespace weir::cli {

// 127.0.0.1:8080, [::1]:8080
[[nodiscard]] std::string to_string(const config::Address& address);

// Where a client on this machine reaches it: the loopback address when it listens on all.
[[nodiscard]] config::Address reachable(const config::Address& address);

// Keeps a second weir from starting on the same address while this one's Envoy has not bound it yet: Envoy binds with
// SO_REUSEPORT, which lets two of one user share a port in silence. An abstract socket: no file, gone with the process,
// and in the same network namespace as the port itself.
class ListenClaim {
 public:
  // The error is a sentence: the port is taken (by whom, when that can be seen), may not be used, or its address is not
  // ours. `key` is where the config says the address.
  [[nodiscard]] static std::expected<ListenClaim, std::string> make(const config::Address& address,
                                                                    std::string_view key = "listen");
  void release() { socket_.reset(); }

 private:
  explicit ListenClaim(FileDescriptor socket) : socket_(std::move(socket)) {}
  FileDescriptor socket_;
};

// All that one gateway listens on.
struct PortClaims {
  std::optional<ListenClaim> listen{};
  std::optional<ListenClaim> admin{};
};

// Whether a TCP connection to it succeeds within a second.
[[nodiscard]] bool answers(const config::Address& address);

// Of a table as in /proc/net/tcp: the inodes of sockets that listen on `port`.
[[nodiscard]] std::set<std::string> listening_inodes(std::string_view table, std::uint16_t port);

// "port 8080 is taken (by process 4711, nginx); choose another `listen` or stop it."
[[nodiscard]] std::string describe_taken(const config::Address& address, std::string_view key = "listen");

}  // namespace weir::cli
