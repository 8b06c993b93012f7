// request.hpp: what a limit may look at in a request. Envoy's stream is one; a test writes its own.
#pragma once

#include <cstddef>
#include <string_view>

namespace weir::gateway {

class Request {
 public:
  // The value of the header's occurrence number `index`; `count` says how many there are. Empty when there is none.
  // Names are lower case, those of HTTP/2's pseudo headers (:path, :method, :authority) included.
  [[nodiscard]] virtual std::string_view header(std::string_view name, std::size_t index, std::size_t& count) const = 0;
  [[nodiscard]] std::string_view header(std::string_view name) const {
    std::size_t count = 0;
    return header(name, 0, count);
  }

  // ADDRESS:PORT or [ADDRESS]:PORT of the client behind the trusted proxies.
  [[nodiscard]] virtual std::string_view client_address() const = 0;

 protected:
  ~Request() = default;
};

}  // namespace weir::gateway
