// reservation_impl.hpp: what stands behind a weir::Reservation: which store holds which checks under which id.
#pragma once

#include "limiter/joint.hpp"

#include <weir/reservation.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace weir {

struct Reservation::Impl {
  // What one store holds under one id.
  struct Part {
    std::shared_ptr<Limiter::Impl> limiter;  // keeps the store alive, tells the time and knows the timeout
    std::shared_ptr<store::Store> room;
    std::string id;
    std::vector<std::uint8_t> checks;  // which ones, in the order they are held
    bool told = false;                 // what it used; where the store did not hear it, it is kept to be sent again
  };

  std::string id;
  std::vector<Decision> decisions;
  std::vector<Part> parts;
  bool open = true;
};

namespace limiter {

[[nodiscard]] AllDecision all_decision_of(const Joint& joint);
// What a Joint that was asked to hold has come to.
[[nodiscard]] std::expected<Reservation, AllDecision> reservation_of(const Joint& joint);

}  // namespace limiter
}  // namespace weir
