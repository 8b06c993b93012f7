// redis_server.hpp: a redis-server of a test's own: on a free port, in a scratch folder, gone with the test.
//
// The server dies with the thread that started it, too: start it from one that lives as long as the test.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace weir::store::redis {

// Asks until it is so; false after `patience`.
inline bool becomes_true(const std::function<bool()>& state,
                         std::chrono::milliseconds patience = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!state()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = "/tmp/weir-redis-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Of 127.0.0.1; taken by nobody a moment ago, and each given once. Below those that the kernel gives to outgoing
// connections (32768 on): a server that is killed and started again finds its port as it left it.
inline std::uint16_t free_port() {
  static std::mutex mutex;
  static std::random_device random;
  static std::set<std::uint16_t> given;
  const std::scoped_lock lock(mutex);
  std::uniform_int_distribution<std::uint16_t> any(10'240, 32'767);
  for (int attempt = 0; attempt < 10'000; ++attempt) {
    const std::uint16_t port = any(random);
    if (given.contains(port)) continue;
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool is_free = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    if (!is_free) continue;
    given.insert(port);
    return port;
  }
  throw std::runtime_error("no free port");
}

// Of a program that is run to its end.
inline std::string output_of(const std::vector<std::string>& words) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], 1);
    ::dup2(ends[1], 2);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  ::waitpid(pid, nullptr, 0);
  return text;
}

// An authority, a server's certificate (localhost, 127.0.0.1) and a client's: ca.pem, server.pem, server.key,
// client.pem, client.key.
class Certificates {
 public:
  Certificates() {
    authority("ca");
    signed_by("ca", "server", "subjectAltName=DNS:localhost,IP:127.0.0.1");
    signed_by("ca", "client", "subjectAltName=DNS:client");
  }
  [[nodiscard]] std::string file(std::string_view name) const { return folder_.path() / name; }

  void authority(const std::string& name) {
    run({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".pem")});
  }
  void signed_by(const std::string& authority, const std::string& name, const std::string& extension) {
    std::ofstream(file(name + ".ext")) << extension << '\n';
    run({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name, "-keyout",
         file(name + ".key"), "-out", file(name + ".csr")});
    run({"x509", "-req", "-in", file(name + ".csr"), "-CA", file(authority + ".pem"), "-CAkey",
         file(authority + ".key"), "-CAcreateserial", "-days", "2", "-extfile", file(name + ".ext"), "-out",
         file(name + ".pem")});
  }

 private:
  void run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    const std::string said = output_of(arguments);
    if (!std::filesystem::exists(arguments.back())) throw std::runtime_error("openssl: " + said);
  }
  ScratchFolder folder_;
};

struct ServerSetup {
  std::vector<std::string> arguments{};  // as after `redis-server`: {"--requirepass", "x"}
  const Certificates* tls = nullptr;     // its port speaks TLS alone, and asks clients for a certificate
  bool started = true;
  bool sentinel = false;
  std::string config{};  // lines of redis.conf; a Sentinel writes there
};

class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> arguments = {})
      : RedisServer(ServerSetup{.arguments = std::move(arguments)}) {}
  explicit RedisServer(ServerSetup setup) : setup_(std::move(setup)), port_(free_port()) {
    std::ofstream(folder_.path() / "redis.conf") << setup_.config;
    if (setup_.started) start();
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer() { kill(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::string log() const {
    std::ifstream file(folder_.path() / "log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // On the same port. Returns when it answers.
  void start() {
    for (int attempt = 0;; ++attempt) {
      launch();
      if (becomes_true([this] { return !alive() || answers(); }) && alive()) return;
      kill();
      if (ever_started_ || attempt == 10) throw std::runtime_error("redis-server does not start: " + log());
      port_ = free_port();  // somebody was faster
    }
  }
  // SIGKILL; returns when it is gone.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  void restart() {
    kill();
    start();
  }
  // SIGSTOP; returns when it has stopped.
  void stop() {
    ::kill(pid_, SIGSTOP);
    int status = 0;
    ::waitpid(pid_, &status, WUNTRACED);
  }
  void cont() { ::kill(pid_, SIGCONT); }

  // What redis-cli prints, without its last line break.
  std::string cli(std::vector<std::string> words) const {
    std::vector<std::string> all{"redis-cli", "-p", std::to_string(port_), "--no-auth-warning"};
    if (setup_.tls != nullptr) {
      for (const std::string& word :
           {std::string("--tls"), std::string("--cacert"), setup_.tls->file("ca.pem"), std::string("--cert"),
            setup_.tls->file("client.pem"), std::string("--key"), setup_.tls->file("client.key")}) {
        all.push_back(word);
      }
    }
    all.insert(all.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
    std::string text = output_of(all);
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

 private:
  [[nodiscard]] bool alive() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
  }

  void launch() {
    const std::string folder = folder_.path();
    std::vector<std::string> words{"redis-server", folder + "/redis.conf"};
    const auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
    if (setup_.sentinel) add({"--sentinel"});
    if (setup_.tls != nullptr) {
      add({"--port", "0", "--tls-port", std::to_string(port_), "--tls-cert-file", setup_.tls->file("server.pem"),
           "--tls-key-file", setup_.tls->file("server.key"), "--tls-ca-cert-file", setup_.tls->file("ca.pem")});
    } else {
      add({"--port", std::to_string(port_)});
    }
    add({"--bind", "127.0.0.1", "--dir", folder, "--logfile", folder + "/log", "--daemonize", "no"});
    if (!setup_.sentinel) add({"--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"});
    words.insert(words.end(), setup_.arguments.begin(), setup_.arguments.end());
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      ::close(1);
      ::execvp(argv[0], argv.data());
      ::_exit(127);
    }
    if (pid_ < 0) throw std::runtime_error("can't fork");
  }

  // Any answer at all to PING, or with TLS a connection: with a password the answer is an error.
  [[nodiscard]] bool answers() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    const timeval patience{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    bool answered = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (answered && setup_.tls == nullptr) {
      char first = 0;
      answered = ::send(fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6 && ::recv(fd, &first, 1, 0) == 1;
    }
    ::close(fd);
    ever_started_ = ever_started_ || answered;
    return answered;
  }

  ServerSetup setup_;
  ScratchFolder folder_;
  std::uint16_t port_;
  pid_t pid_ = -1;
  bool ever_started_ = false;
};

// A line of redis.conf: one more user, as in acl_user("gate", "secret", "+@all ~*").
inline std::string acl_user(const std::string& name, const std::string& password, const std::string& rules) {
  return "user " + name + " on >" + password + " " + rules + "\n";
}

inline std::vector<std::string> replica_of(const RedisServer& master) {
  return {"--replicaof", "127.0.0.1 " + std::to_string(master.port())};
}

}  // namespace weir::store::redis
