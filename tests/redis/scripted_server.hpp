// scripted_server.hpp: a server that says what a test wants it to say, byte by byte. It reads on a thread of its own
// and understands nothing but how many commands came in.
#pragma once

#include "redis_server.hpp"

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace weir::store::redis {

class ScriptedServer {
 public:
  // What to do with bytes that came in on a connection; false closes it.
  using Respond = std::function<bool(int fd, std::string_view bytes)>;

  explicit ScriptedServer(Respond respond) : respond_(std::move(respond)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 || ::pipe2(wake_, O_CLOEXEC) != 0) {
      throw std::runtime_error("no listener");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::close(wake_[1]);
    thread_.join();
    ::close(wake_[0]);
    ::close(listener_);
  }

  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::string heard() const {
    const std::lock_guard guard(lock_);
    return heard_;
  }

  static bool say(int fd, std::string_view bytes) {
    return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

 private:
  void serve() {
    std::vector<pollfd> all{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (;;) {
      ::poll(all.data(), all.size(), -1);
      if (all[0].revents != 0) break;
      for (std::size_t i = 2; i < all.size(); ++i) {
        if (all[i].revents == 0) continue;
        char bytes[65'536];
        const ssize_t size = ::recv(all[i].fd, bytes, sizeof bytes, 0);
        if (size > 0) {
          const std::lock_guard guard(lock_);
          heard_.append(bytes, static_cast<std::size_t>(size));
        }
        if (size > 0 && respond_(all[i].fd, {bytes, static_cast<std::size_t>(size)})) continue;
        ::close(all[i].fd);
        all[i].fd = -1;
      }
      std::erase_if(all, [](const pollfd& each) { return each.fd < 0; });
      if (all[1].revents == 0) continue;
      ++connections_;
      all.push_back({::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), POLLIN, 0});
    }
    for (std::size_t i = 2; i < all.size(); ++i) ::close(all[i].fd);
  }

  Respond respond_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  mutable std::mutex lock_;
  std::string heard_;
  std::thread thread_;
};

}  // namespace weir::store::redis
