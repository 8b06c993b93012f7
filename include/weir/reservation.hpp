// reservation.hpp: a cost held now and settled later, when it is known what the work really took.
#pragma once

#include <weir/decision.hpp>
#include <weir/export.hpp>
#include <weir/store.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weir {

struct ReserveOptions {
  std::string_view id{};  // the same id again gets the same answer for 10 minutes; none: a random one of 128 bits
  std::chrono::nanoseconds lease = std::chrono::seconds(60);  // how long it stays open unless renewed, > 0
  // Of a call that nobody repeats: the store need not remember a refusal, nor what has been settled; the id is unknown
  // afterwards. Spares a busy memory store, which remembers at most a million ids.
  bool once = false;
};

// Made by `Limiter::reserve` and `reserve_all`. Move-only; what is still open when it is destroyed is released.
// Calls on one Reservation must not overlap; the store behind it may be shared by any threads.
class WEIR_API Reservation {
 public:
  Reservation(Reservation&&) noexcept;
  Reservation& operator=(Reservation&&) noexcept;
  ~Reservation();

  [[nodiscard]] std::string_view id() const;
  [[nodiscard]] std::span<const Decision> decisions() const;  // what each limit answered, in the order of the checks
  [[nodiscard]] bool open() const;                            // neither settled, released nor left

  // What was really used, >= 0, of every limit, or of each one in the order of the checks. Applies once; afterwards
  // the same amounts succeed again and others are a `conflict`. On `down` it stays open, and is sent again when the
  // store answers.
  Settled settle(std::int64_t actual);
  Settled settle(std::span<const std::int64_t> actuals);
  Settled release() { return settle(0); }
  // Moves the lease's end to `lease` from now. When a lease ends unsettled, a rate keeps what was held as spent, and
  // concurrency frees the slot.
  Settled renew(std::chrono::nanoseconds lease);
  // Leaves it open for whoever settles it by its id: the destructor no longer releases it.
  void leave();

  struct WEIR_LOCAL Impl;
  explicit Reservation(std::unique_ptr<Impl> impl);  // for the library's own use
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir
