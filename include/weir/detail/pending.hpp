// pending.hpp: calls that nobody waits for: a decision under way, for asio.hpp, and what is asked of a store outside of
// decisions. Not for users.
#pragma once

#include <weir/export.hpp>
#include <weir/limiter.hpp>
#include <weir/reservation.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace weir::detail {

class WEIR_API Pending {
 public:
  virtual ~Pending() = default;
  // How long its stores may take; 0 when they all answer at once.
  [[nodiscard]] virtual std::chrono::nanoseconds timeout() const = 0;
  virtual void start() = 0;   // once
  virtual void expire() = 0;  // time is up: `on_error` decides what was not answered
};

// `done` is called once: within start() or expire(), or on a store's thread. Keys and id are copied.
using Decided = std::move_only_function<void(AllDecision)>;
[[nodiscard]] WEIR_API std::shared_ptr<Pending> pending_limit_all(std::span<const Check> checks, std::string_view id,
                                                                  Decided done);
using Reserved = std::move_only_function<void(std::expected<Reservation, AllDecision>)>;
[[nodiscard]] WEIR_API std::shared_ptr<Pending> pending_reserve_all(std::span<const Check> checks,
                                                                    const ReserveOptions& options, Reserved done);

// As the blocking calls of these names. `done` is called once: within the call by a store that answers at once, else on
// the store's thread, when the store has answered or given up. Ids, amounts and keys are copied.
using OnSettled = std::move_only_function<void(Settled)>;
WEIR_API void settle_async(const std::shared_ptr<Store>& store, std::string_view id,
                           std::span<const std::int64_t> amounts, OnSettled done);
WEIR_API void renew_async(const std::shared_ptr<Store>& store, std::string_view id, std::chrono::nanoseconds lease,
                          OnSettled done);
// Of what the reservation holds; one amount a check. From this on its destructor releases nothing. The same amounts may
// be sent again when the answer was `down`; the reservation need not live until the answer.
WEIR_API void settle_async(Reservation& reservation, std::span<const std::int64_t> actuals, OnSettled done);
WEIR_API void renew_async(const Reservation& reservation, std::chrono::nanoseconds lease, OnSettled done);
WEIR_API void reset_async(Limiter& limiter, Key key, OnSettled done);
WEIR_API void reset_all_async(Limiter& limiter, OnSettled done);

}  // namespace weir::detail
