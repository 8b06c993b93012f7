// asking.hpp: a request's question to a store that answers later.
//
//   worker        ask -> answered already? conclude : park, the stream is held
//   any thread    the answer comes (or expire says that there will be none): a parked stream is woken
//   worker        conclude
//
// The stream may be gone by then: `leave` says so, nothing of it is touched, and what was reserved is released.
#pragma once

#include "gateway/admission.hpp"
#include "gateway/asked_limits.hpp"
#include "gateway/request.hpp"
#include "gateway/runtime.hpp"
#include "gateway/unanswered.hpp"

#include <weir/detail/pending.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>

namespace weir::gateway {

class Asking final : public Unanswered, public std::enable_shared_from_this<Asking> {
 public:
  using Wake = std::move_only_function<void()>;

  // Asks. Both are kept until the answer has come.
  [[nodiscard]] static std::shared_ptr<Asking> ask(const Request& request, std::shared_ptr<const RouteLimits> route,
                                                   std::shared_ptr<const Runtime> runtime);

  [[nodiscard]] bool answered() const { return state_.load(std::memory_order_acquire) == State::answered; }
  // The longest that an answer may take; 0 when nothing was asked.
  [[nodiscard]] std::chrono::nanoseconds timeout() const;

  // `wake` is called once, on any thread, when the answer has come. False when it is there already.
  [[nodiscard]] bool park(Wake wake);
  void leave();
  // `on_error` decides what was not answered.
  void expire() override;

  // Once answered. Again when the first conclusion was to wait and that can't be.
  [[nodiscard]] Admission conclude(const Patience& patience, Told* told);

 private:
  enum class State : std::uint8_t { asked, parked, answered, left };

  Asking(const Request& request, std::shared_ptr<const RouteLimits> route, std::shared_ptr<const Runtime> runtime);
  void start();
  void came();
  void own_keys();

  std::shared_ptr<const RouteLimits> route_;
  std::shared_ptr<const Runtime> runtime_;
  std::array<std::byte, 512> place_;
  std::pmr::monotonic_buffer_resource memory_;
  AskedLimits asked_;
  std::shared_ptr<detail::Pending> pending_;
  Instant start_{};
  std::atomic<State> state_{State::asked};
  Wake wake_;
  AllDecision all_;  // once answered; of a reservation that was refused, too
  std::optional<Reservation> reservation_;
};

}  // namespace weir::gateway
