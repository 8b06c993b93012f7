// held_leases.hpp: what streams hold in a store that answers later. A lease there is short, so that a process that dies
// gives back its places within a minute; it is renewed while its stream lives.
//
//   Hold: add -> renewed every 20 s by step -> settle, repeated every second by step while the store is away
//
// What the store could not be told before a lease's end is counted as lost: then the lease's end decides (places are
// free, costs are kept). Nobody waits for the store here.
#pragma once

#include "gateway/due_queue.hpp"

#include <weir/clock.hpp>
#include <weir/reservation.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace weir::gateway {

// One stream's. Its reservation may be renewed by one thread while another settles it; the mutex guards the rest.
struct HeldLease {
  HeldLease(Reservation of, Instant end) : reservation(std::move(of)), ends(end) {}

  Reservation reservation;
  std::mutex mutex;
  Instant ends;
  bool settled = false;
  std::vector<std::int64_t> used{};  // once settled
};

class HeldLeases : public std::enable_shared_from_this<HeldLeases> {
 public:
  static constexpr std::chrono::seconds lease{60};
  static constexpr std::chrono::seconds renewed_after = lease / 3;
  static constexpr std::chrono::seconds settled_again_after{1};

  // `clock`, when given, must outlive it.
  [[nodiscard]] static std::shared_ptr<HeldLeases> make(Clock* clock);

  [[nodiscard]] std::shared_ptr<HeldLease> add(Reservation reservation);
  // One amount a check; once.
  void settle(const std::shared_ptr<HeldLease>& held, std::vector<std::int64_t> used);

  // Renews and settles what is due; returns when the next is.
  std::optional<Instant> step(Instant now);
  // From any thread, short: something is due before step said.
  void set_alarm(const std::function<void()>& alarm);

  [[nodiscard]] std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

 private:
  explicit HeldLeases(Clock* clock) : clock_(clock) {}
  [[nodiscard]] Instant now() const;
  void renew(const std::shared_ptr<HeldLease>& held);
  void try_to_settle(const std::shared_ptr<HeldLease>& held);
  void went(const std::shared_ptr<HeldLease>& held, const Settled& settled);

  Clock* clock_;
  DueQueue<std::weak_ptr<HeldLease>> open_;
  DueQueue<std::shared_ptr<HeldLease>> unsettled_;
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace weir::gateway
