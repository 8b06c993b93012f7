// request.hpp: what a limit may look at in a request. Envoy's stream is one; a test writes its own.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string_view>

namespace weir::gateway {

struct ModelFacts;

class Request {
 public:
  // The value of the header's occurrence number `index`; `count` says how many there are. Empty when there is none.
  // Names are lower case, those of HTTP/2's pseudo headers (:path, :method, :authority) included.
  [[nodiscard]] virtual std::string_view header(std::string_view name, std::size_t index, std::size_t& count) const = 0;
  [[nodiscard]] std::string_view header(std::string_view name) const {
    std::size_t count = 0;
    return header(name, 0, count);
  }

  // ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT of the client behind the trusted proxies.
  [[nodiscard]] virtual std::string_view client_address() const = 0;

  // Dynamic metadata that a filter before this one left: text, or a number or truth value as text. Empty when there is
  // none. The view lives as long as `memory` and the request's headers.
  [[nodiscard]] virtual std::string_view metadata(std::string_view /*name_space*/, std::string_view /*key*/,
                                                  std::pmr::memory_resource& /*memory*/) const {
    return {};
  }

  // Of a request to a model, once its body has been read; null: it is none.
  [[nodiscard]] virtual const ModelFacts* model_facts() const { return nullptr; }

 protected:
  ~Request() = default;
};

}  // namespace weir::gateway
