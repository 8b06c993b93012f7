#include "store/redis/link/transport.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace weir::store::redis {
namespace {

using Moved = Transport::Moved;

constexpr std::string_view closed = "Redis closed the connection";

std::string system_error(int number) { return std::strerror(number); }
bool would_block(int number) { return number == EAGAIN || number == EWOULDBLOCK; }

ssize_t receive(int fd, void* into, std::size_t size) {
  ssize_t got = 0;
  do {
    got = ::recv(fd, into, size, MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  return got;
}

// A peer that is gone is an error here, never a signal.
ssize_t transmit(int fd, const void* from, std::size_t size) {
  ssize_t sent = 0;
  do {
    sent = ::send(fd, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

// OpenSSL's own BIO for sockets writes without MSG_NOSIGNAL: a program that did not ask for it would die of SIGPIPE.
int fd_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int bio_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = receive(fd_of(bio), into, static_cast<std::size_t>(size));
  if (got < 0 && would_block(errno)) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

int bio_write(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = transmit(fd_of(bio), from, static_cast<std::size_t>(size));
  if (sent < 0 && would_block(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* quiet_socket() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    BIO_meth_set_create(made, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return made;
  }();
  return method;
}

// Whom the certificate must be for: an address, or a name, which the server is told, too.
bool expect_name(SSL* ssl, const std::string& name) {
  in6_addr ignored;
  if (::inet_pton(AF_INET, name.c_str(), &ignored) == 1 || ::inet_pton(AF_INET6, name.c_str(), &ignored) == 1) {
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

void set(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); }

}  // namespace

void Transport::FreeSsl::operator()(SSL* ssl) const { SSL_free(ssl); }

std::expected<Transport, std::string> Transport::start(const boost::asio::any_io_executor& executor,
                                                       const boost::asio::ip::tcp::endpoint& to, const TlsContext* tls,
                                                       const std::string& server_name) {
  const int fd = ::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return std::unexpected("no socket: " + system_error(errno));
  Transport made(executor);
  boost::system::error_code error;
  made.descriptor_.assign(fd, error);
  if (error) {
    ::close(fd);
    return std::unexpected("no socket: " + error.message());
  }
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);  // seconds: below what most firewalls forget an idle connection after
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  if (tls != nullptr) {
    made.ssl_.reset(SSL_new(tls->get()));
    BIO* const bio = made.ssl_ == nullptr ? nullptr : BIO_new(quiet_socket());
    if (bio == nullptr) return std::unexpected("TLS can't be set up: " + tls_error());
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));
    SSL_set_bio(made.ssl_.get(), bio, bio);
    SSL_set_connect_state(made.ssl_.get());
    if (!expect_name(made.ssl_.get(), server_name)) return std::unexpected("TLS can't be set up: " + tls_error());
  }
  if (::connect(fd, to.data(), static_cast<socklen_t>(to.size())) != 0 && errno != EINPROGRESS && errno != EINTR) {
    return std::unexpected(system_error(errno));
  }
  return made;
}

std::expected<Want, std::string> Transport::advance() {
  if (!connected_) {
    pollfd asked{.fd = descriptor_.native_handle(), .events = POLLOUT, .revents = 0};
    if (::poll(&asked, 1, 0) <= 0) return Want::write;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(asked.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return std::unexpected(system_error(error));
    connected_ = true;
  }
  if (ssl_ == nullptr || SSL_is_init_finished(ssl_.get())) return Want::nothing;
  ERR_clear_error();
  const auto done = ssl_result(SSL_do_handshake(ssl_.get()));
  if (done) return done->wants;
  if (const long verified = SSL_get_verify_result(ssl_.get()); verified != X509_V_OK) {
    return std::unexpected(std::string("its certificate is not accepted: ") + X509_verify_cert_error_string(verified));
  }
  return std::unexpected("TLS: " + done.error());
}

// Of a call of OpenSSL, whose queue of errors was empty before it.
std::expected<Moved, std::string> Transport::ssl_result(int result) {
  const int number = errno;
  if (result > 0) return Moved{.bytes = static_cast<std::size_t>(result)};
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Moved{.wants = Want::read};
    case SSL_ERROR_WANT_WRITE:
      return Moved{.wants = Want::write};
    case SSL_ERROR_ZERO_RETURN:
      return std::unexpected(std::string(closed));
    case SSL_ERROR_SYSCALL:
      return std::unexpected(result < 0 && number != 0 ? system_error(number) : std::string(closed));
    default:
      break;
  }
  const std::string why = tls_error();
  return std::unexpected(why == "unexpected eof while reading" ? std::string(closed) : why);
}

std::expected<Moved, std::string> Transport::read(std::span<char> into) {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    errno = 0;
    return ssl_result(SSL_read(ssl_.get(), into.data(), static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX))));
  }
  const ssize_t got = receive(descriptor_.native_handle(), into.data(), into.size());
  if (got > 0) return Moved{.bytes = static_cast<std::size_t>(got)};
  if (got == 0) return std::unexpected(std::string(closed));
  if (would_block(errno)) return Moved{.wants = Want::read};
  return std::unexpected(system_error(errno));
}

std::expected<Moved, std::string> Transport::write(std::string_view bytes) {
  if (bytes.empty()) return Moved{};
  if (ssl_ != nullptr) {
    ERR_clear_error();
    errno = 0;
    return ssl_result(
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX))));
  }
  const ssize_t sent = transmit(descriptor_.native_handle(), bytes.data(), bytes.size());
  if (sent >= 0) return Moved{.bytes = static_cast<std::size_t>(sent)};
  if (would_block(errno)) return Moved{.wants = Want::write};
  return std::unexpected(system_error(errno));
}

}  // namespace weir::store::redis
