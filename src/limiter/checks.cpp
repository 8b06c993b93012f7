#include "limiter/checks.hpp"

#include <algorithm>
#include <stdexcept>

namespace weir::limiter {
namespace {

void require_few(std::span<const Check> checks) {
  if (checks.size() > max_checks) throw std::length_error("one decision takes at most 64 checks");
}

}  // namespace

void require_limitable(std::span<const Check> checks, std::string_view id) {
  require_few(checks);
  for (const Check& check : checks) {
    if (check.limiter->impl()->holds_only) {
      throw std::logic_error("a concurrency limit can't be charged: hold a reservation instead");
    }
    if (!id.empty() && check.limiter->impl()->handle != checks.front().limiter->impl()->handle) {
      throw std::invalid_argument("an id needs all limits on one store");
    }
  }
}

void require_reservable(std::span<const Check> checks, const ReserveOptions& options) {
  require_few(checks);
  if (options.lease <= std::chrono::nanoseconds::zero()) throw std::invalid_argument("a lease must be above 0");
  if (std::ranges::any_of(checks, [](const Check& check) { return check.cost < 0; })) {
    throw std::invalid_argument("a reservation can't hold less than 0");
  }
}

bool all_in_memory(std::span<const Check> checks) {
  return std::ranges::all_of(checks, [](const Check& check) { return check.limiter->impl()->memory != nullptr; });
}

}  // namespace weir::limiter
