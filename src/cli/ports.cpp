#include "cli/ports.hpp"

#include "store/url/host.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace weir::cli {

namespace fs = std::filesystem;

namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&storage);  // NOLINT: how the socket API takes addresses
  }
};

std::optional<SocketAddress> socket_address(const config::Address& address) {
  SocketAddress result;
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.length = sizeof v4;
    return result;
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.length = sizeof v6;
    return result;
  }
  return std::nullopt;
}

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string whole(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Owner {
  std::string pid;
  std::string name;
};

std::optional<Owner> owner_of(std::uint16_t port) {
  std::set<std::string> inodes = listening_inodes(whole("/proc/net/tcp"), port);
  inodes.merge(listening_inodes(whole("/proc/net/tcp6"), port));
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end; process.increment(error)) {
    const std::string pid = process->path().filename();
    if (!std::all_of(pid.begin(), pid.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
    std::error_code unseen;  // another user's process
    for (fs::directory_iterator file(process->path() / "fd", unseen); !unseen && file != end; file.increment(unseen)) {
      std::error_code gone;
      const std::string target = fs::read_symlink(file->path(), gone).string();
      if (!target.starts_with("socket:[") || !inodes.contains(target.substr(8, target.size() - 9))) continue;
      return Owner{.pid = pid, .name = first_line(process->path() / "comm")};
    }
  }
  return std::nullopt;
}

}  // namespace

std::string to_string(const config::Address& address) { return store::shown({address.host, address.port}); }

config::Address reachable(const config::Address& address) {
  if (address.host == "0.0.0.0") return {"127.0.0.1", address.port};
  if (address.host == "::") return {"::1", address.port};
  return address;
}

std::set<std::string> listening_inodes(std::string_view table, std::uint16_t port) {
  // "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode ...", addresses as HEX:PORT; 0A: LISTEN.
  std::set<std::string> inodes;
  while (!table.empty()) {
    const std::string_view line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(table.size(), line.size() + 1));
    std::array<std::string_view, 10> fields;
    std::size_t at = 0;
    for (std::string_view& field : fields) {
      at = std::min(line.find_first_not_of(' ', at), line.size());
      field = line.substr(at, line.find(' ', at) - at);
      at += field.size();
    }
    const auto [local, state, inode] = std::array{fields[1], fields[3], fields[9]};
    const std::size_t colon = local.find(':');
    if (state != "0A" || colon == std::string_view::npos) continue;
    std::uint16_t found = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), found, 16);
    if (found == port) inodes.emplace(inode);
  }
  return inodes;
}

std::string describe_taken(const config::Address& address, std::string_view key) {
  std::string taken = "port " + std::to_string(address.port) + " is taken";
  if (const auto owner = owner_of(address.port)) {
    taken += " (by process " + owner->pid + (owner->name.empty() ? "" : ", " + owner->name) + ")";
  }
  return taken + "; choose another `" + std::string(key) + "` or stop it.";
}

std::expected<ListenClaim, std::string> ListenClaim::make(const config::Address& address, std::string_view key) {
  const std::string other = "choose another `" + std::string(key) + "`";
  const auto wanted = socket_address(address);
  if (!wanted) return std::unexpected(to_string(address) + " is not an IP address to listen on.");

  // Without SO_REUSEPORT, so that anybody who listens there is in the way; with SO_REUSEADDR, so that connections of
  // the gateway before, still in TIME_WAIT, are not.
  const FileDescriptor probe(::socket(wanted->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (wanted->storage.ss_family == AF_INET6) ::setsockopt(probe.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  if (!probe || ::bind(probe.get(), wanted->get(), wanted->length) != 0) {
    const int error = errno;
    if (error == EADDRINUSE) return std::unexpected(describe_taken(address, key));
    if (error == EACCES) {
      return std::unexpected("port " + std::to_string(address.port) + " needs a privilege (CAP_NET_BIND_SERVICE); " +
                             other + " with a port of 1024 or above.");
    }
    if (error == EADDRNOTAVAIL) {
      return std::unexpected(address.host + " is not an address of this machine; " + other + ".");
    }
    return std::unexpected("cannot listen on " + to_string(address) + ": " + std::generic_category().message(error));
  }

  FileDescriptor claim(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const std::string text = "weir-listen-" + std::to_string(::getuid()) + '-' + to_string(address);
  std::copy(text.begin(), text.end(), name.sun_path + 1);  // a leading zero: the abstract namespace
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  if (::bind(claim.get(), reinterpret_cast<const sockaddr*>(&name), length) != 0) {  // NOLINT: the socket API's cast
    return std::unexpected("port " + std::to_string(address.port) + " is taken (by another weir that is starting); " +
                           other + " or stop it.");
  }
  return ListenClaim(std::move(claim));
}

bool answers(const config::Address& address) {
  const auto wanted = socket_address(reachable(address));
  if (!wanted) return false;
  const FileDescriptor socket(::socket(wanted->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return false;
  if (::connect(socket.get(), wanted->get(), wanted->length) == 0) return true;
  if (errno != EINPROGRESS) return false;
  pollfd connected{.fd = socket.get(), .events = POLLOUT, .revents = 0};
  int error = 0;
  socklen_t length = sizeof error;
  return ::poll(&connected, 1, 1000) == 1 && ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 &&
         error == 0;
}

}  // namespace weir::cli
