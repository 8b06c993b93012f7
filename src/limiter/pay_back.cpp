#include "limiter/pay_back.hpp"

#include <thread>

namespace weir::limiter {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds an_answer{1};     // takes about that long
constexpr std::chrono::milliseconds another_try{20};  // of a store that is down
constexpr std::chrono::microseconds a_look{200};      // whether an answer is here: less than one takes

}  // namespace

StillOwed pay_back(const weir::Store::Impl& handle, std::chrono::nanoseconds longest) {
  if (handle.outage == nullptr) return {};
  Outage& outage = *handle.outage;
  const std::uint64_t unsure = outage.unsure();
  const auto owed = [&] {
    return StillOwed{.keys = outage.owed_keys() + static_cast<std::size_t>(outage.unsure() - unsure),
                     .settlements = outage.owed_settlements()};
  };
  const Steady::time_point deadline = Steady::now() + longest;
  while (outage.owed_keys() + outage.owed_settlements() > 0 && Steady::now() < deadline) {
    const StillOwed before = owed();
    outage.pay(*handle.room, now_of(handle.clock));
    std::this_thread::sleep_for(an_answer);
    const StillOwed after = owed();
    const bool got_on = after.keys < before.keys || after.settlements < before.settlements;
    if (!got_on) std::this_thread::sleep_for(another_try);
  }
  return owed();
}

void pay_if_taken(const weir::Store::Impl& handle, Steady::time_point until) {
  if (handle.outage == nullptr) return;
  Outage& outage = *handle.outage;
  for (;;) {
    const std::size_t before = outage.owed_keys() + outage.owed_settlements();
    if (before == 0) return;
    outage.pay(*handle.room, now_of(handle.clock));
    while (outage.is_paying()) {
      if (Steady::now() >= until) return;
      std::this_thread::sleep_for(a_look);
    }
    const std::size_t after = outage.owed_keys() + outage.owed_settlements();
    if (after >= before || Steady::now() >= until) return;
  }
}

}  // namespace weir::limiter
