// written_request.hpp: a request as a test writes it down.
#pragma once

#include "gateway/request.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::gateway {

class WrittenRequest final : public Request {
 public:
  using Request::header;

  WrittenRequest& with(std::string name, std::string value) {
    headers_.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  WrittenRequest& from(std::string address) {
    address_ = std::move(address);
    return *this;
  }

  // It asks a model for this; it outlives the request.
  WrittenRequest& asking(const ModelFacts& facts) {
    facts_ = &facts;
    return *this;
  }

  [[nodiscard]] std::string_view header(std::string_view name, std::size_t index, std::size_t& count) const override {
    count = 0;
    std::string_view found;
    for (const auto& [key, value] : headers_) {
      if (key != name) continue;
      if (count++ == index) found = value;
    }
    return found;
  }
  [[nodiscard]] std::string_view client_address() const override { return address_; }
  [[nodiscard]] const ModelFacts* model_facts() const override { return facts_; }

 private:
  std::vector<std::pair<std::string, std::string>> headers_;
  std::string address_ = "192.0.2.7:40000";
  const ModelFacts* facts_ = nullptr;
};

}  // namespace weir::gateway
