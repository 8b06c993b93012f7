// contender.hpp: one of those that are timed side by side.
#pragma once

#include "order.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace bench {

// One unit comes back every `interval`; `burst` units may come at once. Given to all contenders alike.
struct Quota {
  std::chrono::nanoseconds interval;
  std::uint32_t burst;
};

class Contender {
 public:
  explicit Contender(std::string name) : name_(std::move(name)) {}
  virtual ~Contender() = default;
  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;
  Contender(Contender&&) = delete;
  Contender& operator=(Contender&&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  // Not timed: the order as this contender's API wants it. The order outlives the calls.
  virtual void prepare(const Order& order) = 0;
  // Timed; from several threads at once, each with its own part of the order. How many calls were allowed.
  virtual std::uint64_t call(std::size_t from, std::size_t to) = 0;

 private:
  std::string name_;
};

}  // namespace bench
