#include "store/redis/link/lookup.hpp"

#include "store/signals_blocked.hpp"

#include <netdb.h>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace weir::store::redis {

namespace ip = boost::asio::ip;

struct Lookup::Asked {
  std::mutex lock;
  std::optional<Result> result;
  std::optional<boost::asio::any_io_executor> executor;  // empty: nobody wants to know any more
  std::function<void()> wake;
};

namespace {

Lookup::Result addresses_of(const HostPort& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.host.c_str(), nullptr, &hints, &list); error != 0) {
    return std::unexpected("can't find the host " + host.host + ": " + ::gai_strerror(error));
  }
  Lookup::Addresses addresses;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    ip::tcp::endpoint endpoint;
    if (each->ai_addrlen > endpoint.capacity()) continue;
    std::copy_n(reinterpret_cast<const char*>(each->ai_addr), each->ai_addrlen,
                reinterpret_cast<char*>(endpoint.data()));
    endpoint.resize(each->ai_addrlen);
    endpoint.port(host.port);
    addresses.push_back(endpoint);
  }
  ::freeaddrinfo(list);
  if (addresses.empty()) return std::unexpected("the host " + host.host + " has no address");
  return addresses;
}

}  // namespace

Lookup::Lookup(const boost::asio::any_io_executor& executor, const HostPort& host, std::function<void()> wake)
    : asked_(std::make_shared<Asked>()) {
  boost::system::error_code not_a_number;
  const auto address = ip::make_address(host.host, not_a_number);
  if (!not_a_number) {
    asked_->result = Addresses{{address, host.port}};
    return;
  }
  asked_->executor = executor;
  asked_->wake = std::move(wake);
  try {
    const SignalsBlocked blocked;
    std::thread([asked = asked_, host] {
      Result result = addresses_of(host);
      const std::lock_guard guard(asked->lock);
      asked->result = std::move(result);
      if (asked->executor) boost::asio::post(*asked->executor, std::move(asked->wake));
      asked->executor.reset();
    }).detach();
  } catch (const std::exception&) {
    asked_->result = std::unexpected("can't start a thread to find the host " + host.host);
  }
}

Lookup::~Lookup() {
  const std::lock_guard guard(asked_->lock);
  asked_->executor.reset();
  asked_->wake = nullptr;
}

std::optional<Lookup::Result> Lookup::result() const {
  const std::lock_guard guard(asked_->lock);
  return asked_->result;
}

}  // namespace weir::store::redis
