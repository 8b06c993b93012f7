// store_handle.hpp: what stands behind a weir::Store: the store itself, and what this process does by itself while a
// remote one does not answer.
#pragma once

#include "limiter/outage.hpp"
#include "limiter/tsc_clock.hpp"
#include "store/memory/memory_store.hpp"
#include "store/store.hpp"

#include <weir/clock.hpp>
#include <weir/store.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weir {

struct Store::Impl : std::enable_shared_from_this<Store::Impl> {
  Impl(std::shared_ptr<store::Store> of, Clock* its_clock, std::int64_t max_local_keys);

  const std::shared_ptr<store::Store> room;
  store::MemoryStore* const memory;  // the same, when it is the memory store; else none
  Clock* const clock;                // may be none

  // Counts what may have made room: refusals remembered under an older number no longer stand.
  std::atomic<std::uint64_t> refunds{0};
  // Set once a shadow limit has held something under an id derived from its caller's.
  std::atomic<bool> shadow_holds{false};

  const std::shared_ptr<limiter::Outage> outage;  // none of a store that answers at once
};

namespace limiter {

[[nodiscard]] inline Instant now_of(Clock* clock) noexcept { return clock == nullptr ? now() : clock->now(); }

[[nodiscard]] Settled to_settled(const store::Settled& settled);

// How long to wait for a store: what it says, else 100 ms.
[[nodiscard]] store::Nanos timeout_of(const store::Store& store);
// Throws std::logic_error in the thread that brings the store's answers.
void require_may_wait(const store::Store& store);

using OnSettled = std::move_only_function<void(Settled)>;

// By its id alone, over the store, the fallback and what shadow limits hold. `done` is called once: within the call, or
// on the store's thread. Id and amounts are copied.
void settle(const std::shared_ptr<weir::Store::Impl>& handle, std::string_view id,
            std::span<const std::int64_t> amounts, OnSettled done);
void renew(const std::shared_ptr<weir::Store::Impl>& handle, std::string_view id, store::Nanos lease, OnSettled done);

// What one store, or what stands in for it, holds under an id. A settlement that can't be delivered is kept and sent
// again.
void settle_part(const std::shared_ptr<weir::Store::Impl>& handle, store::Store& room, std::string_view id,
                 std::span<const std::int64_t> amounts, Instant now, OnSettled done);

// A shadow limit is decided apart from the real ones, so it holds under an id of its own: the nth of a call.
[[nodiscard]] std::string shadow_id(std::string_view id, std::size_t nth);

}  // namespace limiter
}  // namespace weir
