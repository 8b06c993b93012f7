// lookup.hpp: the addresses of a host. A number is its own; a name is asked for on a thread of its own, because the
// system's look-up can neither be stopped nor hurried: nobody has to wait for that thread, not even the end of the
// program.
#pragma once

#include "store/url/store_url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::store::redis {

class Lookup {
 public:
  using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;  // at least one
  using Result = std::expected<Addresses, std::string>;

  // `wake` is called on the executor when there is a result, unless there is one at once.
  Lookup(const boost::asio::any_io_executor& executor, const HostPort& host, std::function<void()> wake);
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup();

  [[nodiscard]] std::optional<Result> result() const;

 private:
  struct Asked;
  std::shared_ptr<Asked> asked_;
};

}  // namespace weir::store::redis
