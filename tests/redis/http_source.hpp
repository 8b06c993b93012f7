// http_source.hpp: a server of a test's own that answers every request with the same bytes, whatever they are.
#pragma once

#include "redis_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace weir::store::redis {

inline std::string http_answer(const std::string& body, const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

class HttpSource {
 public:
  enum class End { closes, holds };  // what it does when all bytes are sent

  explicit HttpSource(std::string bytes, End end = End::closes, std::size_t piece = 1U << 16U)
      : bytes_(std::move(bytes)), end_(end), piece_(piece) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("no listener");
    }
    port_ = ntohs(address.sin_port);
    serving_ = std::thread([this] { serve(); });
  }
  HttpSource(const HttpSource&) = delete;
  HttpSource& operator=(const HttpSource&) = delete;
  ~HttpSource() {
    over_ = true;
    serving_.join();
    for (const int fd : held_) ::close(fd);
    ::close(listener_);
  }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/bad.txt"; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  static bool waits(int fd, short events) {
    pollfd asked{.fd = fd, .events = events, .revents = 0};
    return ::poll(&asked, 1, 10) > 0;
  }
  void serve() {
    while (!over_) {
      if (!waits(listener_, POLLIN)) continue;
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      answer(fd);
      held_.push_back(fd);
      if (end_ == End::holds) continue;
      ::shutdown(fd, SHUT_WR);
    }
  }
  void answer(int fd) {
    std::string request;
    char buffer[4096];
    while (!over_ && !request.contains("\r\n\r\n")) {
      if (!waits(fd, POLLIN)) continue;
      const ssize_t got = ::read(fd, buffer, sizeof buffer);
      if (got <= 0) return;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    ++requests_;
    for (std::size_t at = 0; at < bytes_.size() && !over_;) {
      if (!waits(fd, POLLOUT)) continue;
      const ssize_t sent = ::send(fd, bytes_.data() + at, std::min(piece_, bytes_.size() - at), MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<std::size_t>(sent);
    }
  }

  const std::string bytes_;
  const End end_;
  const std::size_t piece_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> requests_{0};
  std::atomic<bool> over_{false};
  std::vector<int> held_;
  std::thread serving_;
};

// The same over TLS, with the certificate for 127.0.0.1, by openssl's own little server: it answers with what a file
// says.
class HttpsSource {
 public:
  HttpsSource(const Certificates& certificates, const std::string& bytes) : port_(free_port()) {
    std::ofstream(folder_.path() / "bad.txt") << bytes;
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent || ::chdir(folder_.path().c_str()) != 0) ::_exit(1);
      const std::string where = "127.0.0.1:" + std::to_string(port_);
      ::execlp("openssl", "openssl", "s_server", "-quiet", "-HTTP", "-accept", where.c_str(), "-cert",
               certificates.file("server.pem").c_str(), "-key", certificates.file("server.key").c_str(), nullptr);
      ::_exit(127);
    }
    if (pid_ < 0 || !becomes_true([this] { return accepts(); })) throw std::runtime_error("no https server");
  }
  HttpsSource(const HttpsSource&) = delete;
  HttpsSource& operator=(const HttpsSource&) = delete;
  ~HttpsSource() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_) + "/bad.txt"; }

 private:
  [[nodiscard]] bool accepts() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return connected;
  }

  ScratchFolder folder_;
  std::uint16_t port_;
  pid_t pid_ = -1;
};

}  // namespace weir::store::redis
